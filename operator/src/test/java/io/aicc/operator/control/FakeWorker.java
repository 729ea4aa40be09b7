package io.aicc.operator.control;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.aicc.wire.WireJson;
import io.aicc.wire.control.Acknowledgement;
import io.aicc.wire.control.CallAssignment;
import io.aicc.wire.control.EndOrder;
import io.aicc.wire.control.Refusal;
import io.jsonwebtoken.Claims;
import io.jsonwebtoken.JwtException;
import io.jsonwebtoken.Jwts;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * The other end of the control channel, over real HTTP: checks signature, audience and epoch of every request as the
 * protocol demands, obeys one session, and reports the lines that a test queues.
 */
final class FakeWorker implements AutoCloseable {
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final HttpServer server;
    private final PublicKey operator;
    private final String podUid;
    private final BlockingQueue<List<String>> streams = new LinkedBlockingQueue<>();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final List<String> orders = new CopyOnWriteArrayList<>();
    private long epoch = Long.MIN_VALUE;
    private @Nullable String session;

    FakeWorker(PublicKey operator, String podUid) throws IOException {
        this.operator = operator;
        this.podUid = podUid;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    WorkerChannel.WorkerAddress address() {
        return new WorkerChannel.WorkerAddress(
                server.getAddress().getAddress().getHostAddress(),
                server.getAddress().getPort(),
                podUid);
    }

    /** The next stream of reports will carry these lines; an empty one ends it, otherwise it stays open. */
    void report(String... lines) {
        streams.add(List.of(lines));
    }

    /** What it was told and obeyed. */
    List<String> orders() {
        return orders;
    }

    @Override
    public void close() {
        closed.countDown();
        server.stop(0);
        threads.shutdownNow();
        threads.close();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            int verdict = judge(exchange.getRequestHeaders().getFirst("Authorization"));
            if (verdict != 200) {
                answer(exchange, verdict, new Refusal("token refused"));
                return;
            }
            switch (exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath()) {
                case "PUT /v1/call" -> assign(exchange);
                case "POST /v1/call/end" -> end(exchange);
                case "GET /v1/reports" -> reports(exchange);
                default -> answer(exchange, 404, new Refusal("no such command"));
            }
        }
    }

    private synchronized int judge(@Nullable String header) {
        try {
            Claims claims = Jwts.parser()
                    .verifyWith(operator)
                    .build()
                    .parseSignedClaims(String.valueOf(header).replaceFirst("^Bearer ", ""))
                    .getPayload();
            if (!Set.of(podUid).equals(claims.getAudience()) || claims.getExpiration() == null) {
                return 401;
            }
            long given = claims.get("epoch", Number.class).longValue();
            if (given < epoch) {
                return 403;
            }
            epoch = given;
            return 200;
        } catch (JwtException | IllegalArgumentException e) {
            return 401;
        }
    }

    private synchronized void assign(HttpExchange exchange) throws IOException {
        CallAssignment call =
                WireJson.mapper().readValue(exchange.getRequestBody().readAllBytes(), CallAssignment.class);
        if (session != null && !session.equals(call.sessionUid())) {
            answer(exchange, 409, new Refusal("serves session " + session));
            return;
        }
        session = call.sessionUid();
        orders.add("assign " + session);
        answer(exchange, 200, new Acknowledgement(session, 20_000, 20_001));
    }

    private synchronized void end(HttpExchange exchange) throws IOException {
        EndOrder order = WireJson.mapper().readValue(exchange.getRequestBody().readAllBytes(), EndOrder.class);
        orders.add("end " + order.sessionUid() + " " + order.reason());
        exchange.sendResponseHeaders(202, -1);
    }

    private void reports(HttpExchange exchange) throws IOException {
        exchange.sendResponseHeaders(200, 0);
        OutputStream out = exchange.getResponseBody();
        try {
            for (String line : streams.take()) {
                if (line.isEmpty()) {
                    return;
                }
                out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
                out.flush();
            }
            closed.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void answer(HttpExchange exchange, int status, Object content) throws IOException {
        byte[] body = WireJson.mapper().writeValueAsBytes(content);
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
    }
}
