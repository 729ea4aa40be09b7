package io.aicc.e2e.pbx;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Asterisk's manager interface: what ARI cannot do to calls that are not in its applications. */
final class Manager implements AutoCloseable {
    private static final String SECRET = "only-on-loopback-in-a-test";

    private final Socket socket;
    private final BufferedReader in;
    private final Writer out;

    /** What {@code manager.conf} needs. */
    static String configuration(int port) {
        return """
                [general]
                enabled = yes
                bindaddr = 127.0.0.1
                port = %d

                [test]
                secret = %s
                write = all
                """.formatted(port, SECRET);
    }

    Manager(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(10_000);
        in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
        out = new OutputStreamWriter(socket.getOutputStream(), StandardCharsets.UTF_8);
        in.readLine(); // greets
        action("Login", "Username: test", "Secret: " + SECRET, "Events: off");
    }

    /**
     * Does something.
     *
     * @throws IOException when it is refused
     */
    synchronized List<String> action(String name, String... headers) throws IOException {
        out.write("Action: " + name + "\r\n" + String.join("\r\n", headers) + "\r\n\r\n");
        out.flush();
        List<String> answer = new ArrayList<>();
        for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
            answer.add(line);
        }
        if (!answer.contains("Response: Success")) {
            throw new IOException(name + ": " + answer);
        }
        return answer;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
