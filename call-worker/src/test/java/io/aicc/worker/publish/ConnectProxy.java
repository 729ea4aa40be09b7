package io.aicc.worker.publish;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** An HTTP proxy that tunnels (RFC 9110 §9.3.6), to one port of this machine whatever it is asked for, and keeps what it sees. */
final class ConnectProxy implements AutoCloseable {
    private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final List<Socket> open = new CopyOnWriteArrayList<>();
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final StringBuffer seen = new StringBuffer();
    private final int target;
    private volatile int refuseWith;

    ConnectProxy(int target) throws IOException {
        this.target = target;
        Thread.ofVirtual().start(this::accept);
    }

    String url() {
        return "http://127.0.0.1:" + server.getLocalPort();
    }

    void refuseWith(int status) {
        refuseWith = status;
    }

    /** First lines of requests. */
    List<String> asked() {
        return asked;
    }

    /** What clients sent through it. */
    String seen() {
        return seen.toString();
    }

    private void accept() {
        try {
            while (true) {
                Socket client = server.accept();
                open.add(client);
                Thread.ofVirtual().start(() -> serve(client));
            }
        } catch (IOException _) {
            // closed
        }
    }

    private void serve(Socket client) {
        try (client;
                Socket receiver = new Socket(InetAddress.getLoopbackAddress(), target)) {
            open.add(receiver);
            StringBuilder head = new StringBuilder();
            while (head.indexOf("\r\n\r\n") < 0) {
                head.append((char) client.getInputStream().read());
            }
            asked.add(head.substring(0, head.indexOf("\r\n")));
            int status = refuseWith == 0 ? 200 : refuseWith;
            client.getOutputStream().write(("HTTP/1.1 " + status + " so\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            if (status == 200) {
                Thread back = Thread.ofVirtual().start(() -> copy(receiver, client, new StringBuffer()));
                copy(client, receiver, seen);
                back.join();
            }
        } catch (IOException | InterruptedException _) {
            // one of them is gone
        }
    }

    private static void copy(Socket from, Socket to, StringBuffer into) {
        byte[] buffer = new byte[8192];
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                into.append(new String(buffer, 0, n, StandardCharsets.ISO_8859_1));
                out.write(buffer, 0, n);
            }
            to.shutdownOutput();
        } catch (IOException _) {
            // one of them is gone
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket socket : open) {
            socket.close();
        }
    }
}
