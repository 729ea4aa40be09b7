package io.aicc.operator.control;

import io.aicc.operator.control.WorkerChannel.WorkerAddress;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * How requests get to one worker: with our token, past any proxy, each on a connection of its own and on the thread that makes
 * it. No pool of threads stands between a call and its worker, nor between a report and who waits for it: where CPU is short
 * each hand-over is a wait.
 */
record WorkerDoor(WorkerAddress address, WorkerToken token) {
    /** A worker answers in a millisecond or two; one that needs longer than this is in trouble. */
    static final Duration TIMEOUT = Duration.ofSeconds(2);

    private static final byte[] NOTHING = {};

    /** Asks for something. */
    WorkerReply get(String path, Duration silence) throws IOException {
        return send("GET", path, NOTHING, silence);
    }

    /**
     * Sends a request and returns when the answer begins; on a virtual thread an interrupt closes the connection.
     *
     * @param body JSON
     * @param silence how long the worker may say nothing
     */
    WorkerReply send(String method, String path, byte[] body, Duration silence) throws IOException {
        Socket socket = new Socket(Proxy.NO_PROXY);
        try {
            socket.connect(new InetSocketAddress(address.host(), address.port()), (int) TIMEOUT.toMillis());
            socket.setTcpNoDelay(true);
            socket.setSoTimeout((int) silence.toMillis());
            socket.getOutputStream().write(request(method, path, body));
            return WorkerReply.read(socket.getInputStream());
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    private byte[] request(String method, String path, byte[] body) {
        String head = """
                %s %s HTTP/1.1\r
                Host: %s\r
                Connection: close\r
                Authorization: Bearer %s\r
                Content-Type: application/json\r
                Content-Length: %d\r
                \r
                """.formatted(method, path, address.authority(), token.valid(), body.length);
        byte[] start = head.getBytes(StandardCharsets.US_ASCII);
        byte[] whole = new byte[start.length + body.length];
        System.arraycopy(start, 0, whole, 0, start.length);
        System.arraycopy(body, 0, whole, start.length, body.length);
        return whole;
    }
}
