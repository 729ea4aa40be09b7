package io.aicc.e2e.operator;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The only way to a server; while it is cut, connections break and nobody answers, as when the server itself is gone. */
final class Line implements AutoCloseable {
    private final int server;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private int port;
    private @Nullable ServerSocket listener;

    /** @param server its port on this machine */
    Line(int server) throws IOException {
        this.server = server;
        mend();
    }

    /** Where its near end is, cut or not. */
    int port() {
        return port;
    }

    synchronized void cut() {
        closeQuietly(listener);
        listener = null;
        open.forEach(Line::closeQuietly);
    }

    synchronized void mend() throws IOException {
        ServerSocket ears = new ServerSocket();
        ears.setReuseAddress(true);
        ears.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        port = ears.getLocalPort();
        listener = ears;
        Thread.ofVirtual().start(() -> accept(ears));
    }

    @Override
    public void close() {
        cut();
    }

    private void accept(ServerSocket ears) {
        while (!ears.isClosed()) {
            try {
                Socket near = ears.accept();
                Socket far = new Socket(InetAddress.getLoopbackAddress(), server);
                open.add(near);
                open.add(far);
                if (ears.isClosed()) {
                    closeQuietly(near); // Cut a moment ago, and the one after it too.
                }
                Thread.ofVirtual().start(() -> carry(near, far));
                Thread.ofVirtual().start(() -> carry(far, near));
            } catch (IOException e) {
                closeQuietly(ears); // Cut.
            }
        }
    }

    private void carry(Socket from, Socket to) {
        try (from;
                to) {
            from.getInputStream().transferTo(to.getOutputStream());
        } catch (IOException e) {
            // One end hung up: so does the other.
        } finally {
            open.remove(from);
            open.remove(to);
        }
    }

    private static void closeQuietly(@Nullable Closeable end) {
        try {
            if (end != null) {
                end.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
