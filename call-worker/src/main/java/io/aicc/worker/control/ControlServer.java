package io.aicc.worker.control;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** The worker's side of the control channel. */
public final class ControlServer implements AutoCloseable {
    private final ExecutorService threads = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("control-", 0).factory());
    private final HttpServer server;
    private final ControlHandler handler;

    /**
     * Binds and answers.
     *
     * @throws IOException when the port is taken; the message names it
     */
    public ControlServer(InetSocketAddress address, ControlToken token, CallDesk desk) throws IOException {
        handler = new ControlHandler(token, desk);
        try {
            server = HttpServer.create(address, 0);
        } catch (IOException e) {
            throw new IOException("control channel cannot listen on " + address + ": " + e.getMessage(), e);
        }
        server.setExecutor(threads);
        server.createContext("/", handler);
        server.start();
    }

    /** Where it answers, for a worker that let the system choose the port. */
    public InetSocketAddress address() {
        return server.getAddress();
    }

    @Override
    public void close() {
        handler.close();
        server.stop(0);
        threads.shutdownNow();
        threads.close();
    }
}
