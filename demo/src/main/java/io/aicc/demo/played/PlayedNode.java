package io.aicc.demo.played;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.aicc.wire.WireJson;
import io.aicc.worker.control.ControlHandler;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One address for all played workers of a cluster: a server for each of thousands would be as many threads and three times as
 * many open files. Which of them a request is for, its token says, whose audience is a pod; the worker checks it.
 */
final class PlayedNode implements AutoCloseable {
    private static final AtomicInteger ADDRESSES = new AtomicInteger();

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Map<String, ControlHandler> workers = new ConcurrentHashMap<>();
    private final HttpServer server;

    private PlayedNode(HttpServer server) {
        this.server = server;
        server.setExecutor(threads);
        server.createContext("/", this::pass);
        server.start();
    }

    /** Listens at the next address of loopback that nobody has, another program of ours neither. */
    static PlayedNode listen(int port) throws IOException {
        while (true) {
            int number = ADDRESSES.incrementAndGet();
            String address = "127.77.%d.%d".formatted(number / 250, 1 + number % 250);
            try {
                return new PlayedNode(HttpServer.create(new InetSocketAddress(address, port), 0));
            } catch (BindException _) {
                // Somebody has it.
            }
        }
    }

    String address() {
        return server.getAddress().getAddress().getHostAddress();
    }

    void add(String podUid, ControlHandler worker) {
        workers.put(podUid, worker);
    }

    /** From now on nobody answers there. */
    void remove(String podUid) {
        workers.remove(podUid);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
        threads.close();
    }

    private void pass(HttpExchange exchange) throws IOException {
        ControlHandler worker =
                workers.get(audience(exchange.getRequestHeaders().getFirst("Authorization")));
        if (worker == null) {
            exchange.close();
        } else {
            worker.handle(exchange);
        }
    }

    /** Whom a token is for, unchecked (RFC 7519 §4.1.3); empty when that cannot be read. */
    private static String audience(@Nullable String bearer) throws IOException {
        String[] parts = bearer == null ? new String[0] : bearer.split("\\.", -1);
        if (parts.length != 3) {
            return "";
        }
        JsonNode audience = WireJson.mapper()
                .readTree(Base64.getUrlDecoder().decode(parts[1]))
                .path("aud");
        return (audience.isArray() ? audience.path(0) : audience).asText();
    }
}
