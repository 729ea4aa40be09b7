package io.aicc.e2e.pbx;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/** The wire to a server, to be cut, or to go silent with the connections left open. */
final class Wire implements AutoCloseable {
    private final URI server;
    private final ServerSocket near = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private volatile boolean cut;
    private volatile boolean silent;

    Wire(URI server) throws IOException {
        this.server = server;
        Thread.ofVirtual().start(this::accept);
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + near.getLocalPort());
    }

    /** Breaks what is connected; with {@code true} nothing is let through from now on either. */
    void cut(boolean stays) throws IOException {
        cut = stays;
        for (Socket socket : open) {
            socket.close();
        }
        open.clear();
    }

    /** Nothing gets through any more, and nobody is told. */
    void silence(boolean on) {
        silent = on;
    }

    @Override
    public void close() throws IOException {
        near.close();
        cut(true);
    }

    private void accept() {
        try {
            while (true) {
                Socket from = near.accept();
                if (cut) {
                    from.close();
                    continue;
                }
                Socket to = new Socket();
                to.connect(new InetSocketAddress(server.getHost(), server.getPort()));
                open.add(from);
                open.add(to);
                Thread.ofVirtual().start(() -> copy(from, to));
                Thread.ofVirtual().start(() -> copy(to, from));
            }
        } catch (IOException e) {
            // Closed.
        }
    }

    private void copy(Socket from, Socket to) {
        byte[] some = new byte[8192];
        try (from;
                to;
                InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream()) {
            for (int count = in.read(some); count >= 0; count = in.read(some)) {
                while (silent && !from.isClosed()) {
                    LockSupport.parkNanos(10_000_000);
                }
                out.write(some, 0, count);
                out.flush();
            }
        } catch (IOException e) {
            // Broken, by one side or by the test.
        }
    }
}
