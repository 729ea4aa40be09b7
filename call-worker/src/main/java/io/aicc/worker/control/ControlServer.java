package io.aicc.worker.control;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The worker's side of the control channel. Bound first and closed last, so that a worker that stops reports until its last word
 * is delivered.
 */
public final class ControlServer implements AutoCloseable {
    /** How long the last report may take to be written. */
    private static final Duration LAST_WORD = Duration.ofSeconds(1);

    private final ExecutorService threads = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("control-", 0).factory());
    private final HttpServer server;
    private final ControlToken token;
    private volatile @Nullable ControlHandler handler;

    /**
     * Binds; who asks already waits until it {@linkplain #serve serves}.
     *
     * @throws IOException when the port is taken; the message names it
     */
    public ControlServer(InetSocketAddress address, ControlToken token) throws IOException {
        this.token = token;
        try {
            server = HttpServer.create(address, 0);
        } catch (IOException e) {
            throw new IOException("control channel cannot listen on " + address + ": " + e.getMessage(), e);
        }
        server.setExecutor(threads);
    }

    /** Answers from now on; once only. */
    public void serve(CallDesk desk) {
        ControlHandler serving = new ControlHandler(token, desk);
        handler = serving;
        server.createContext("/", serving);
        server.start();
    }

    /** Where it answers, for a worker that let the system choose the port. */
    public InetSocketAddress address() {
        return server.getAddress();
    }

    /** Whoever listens to reports hears a last one. */
    @Override
    public void close() throws InterruptedException {
        ControlHandler serving = handler;
        if (serving != null) {
            serving.end();
        }
        threads.shutdown();
        boolean _ = threads.awaitTermination(LAST_WORD.toNanos(), TimeUnit.NANOSECONDS);
        server.stop(0);
        threads.shutdownNow();
        threads.close();
    }
}
