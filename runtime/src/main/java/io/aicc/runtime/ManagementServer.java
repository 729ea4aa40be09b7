package io.aicc.runtime;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/**
 * The two endpoints that every program has: {@code :8080/health/live} and {@code /health/ready} (200 or 503, JSON), and
 * {@code :9090/metrics} (Prometheus text). They only read; whatever else is asked is 404 or 405.
 */
public final class ManagementServer implements AutoCloseable {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final ExecutorService threads = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("management-", 0).factory());
    private final HttpServer health;
    private final HttpServer metrics;

    /**
     * Binds and answers.
     *
     * @throws IOException when a port is taken; the message names it
     */
    public ManagementServer(Endpoints endpoints, Health state, PrometheusMeterRegistry registry) throws IOException {
        health = listen(endpoints.address(), endpoints.healthPort(), "AICC_HEALTH_PORT");
        try {
            metrics = listen(endpoints.address(), endpoints.metricsPort(), "AICC_METRICS_PORT");
        } catch (IOException e) {
            health.stop(0);
            throw e;
        }
        health.createContext("/health/live", exchange -> answer(exchange, "/health/live", state::liveness));
        health.createContext("/health/ready", exchange -> answer(exchange, "/health/ready", state::readiness));
        metrics.createContext("/metrics", exchange -> {
            String type = "text/plain; version=0.0.4; charset=utf-8";
            send(exchange, "/metrics", 200, type, registry::scrape);
        });
        health.start();
        metrics.start();
    }

    /** Port of the health endpoint, for a program that let the system choose. */
    public int healthPort() {
        return health.getAddress().getPort();
    }

    /** Port of the metrics endpoint, for a program that let the system choose. */
    public int metricsPort() {
        return metrics.getAddress().getPort();
    }

    @Override
    public void close() {
        health.stop(0);
        metrics.stop(0);
        threads.close();
    }

    private HttpServer listen(InetAddress address, int port, String key) throws IOException {
        try {
            HttpServer server = HttpServer.create(new InetSocketAddress(address, port), 0);
            server.setExecutor(threads);
            return server;
        } catch (IOException e) {
            throw new IOException(
                    "cannot listen on " + address.getHostAddress() + ":" + port + " (" + key + "): " + e.getMessage(),
                    e);
        }
    }

    private static void answer(HttpExchange exchange, String path, Supplier<Health.Report> question)
            throws IOException {
        Health.Report report = question.get();
        send(exchange, path, report.up() ? 200 : 503, "application/json", () -> {
            try {
                return JSON.writeValueAsString(report);
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private static void send(HttpExchange exchange, String path, int status, String type, Supplier<String> content)
            throws IOException {
        try (exchange) {
            if (!exchange.getRequestURI().getPath().equals(path)) {
                exchange.sendResponseHeaders(404, -1);
                return;
            }
            if (!exchange.getRequestMethod().equals("GET")) {
                exchange.sendResponseHeaders(405, -1);
                return;
            }
            byte[] body = content.get().getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", type);
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    /** Where a program answers. */
    public record Endpoints(InetAddress address, int healthPort, int metricsPort) {
        /** Reads the three settings that every program has. */
        public static Endpoints from(Settings settings) {
            return new Endpoints(
                    settings.address("AICC_BIND_ADDRESS", "0.0.0.0", "Address that the program listens on"),
                    settings.port("AICC_HEALTH_PORT", 8080, "TCP port of /health/live and /health/ready"),
                    settings.port("AICC_METRICS_PORT", 9090, "TCP port of /metrics"));
        }
    }
}
