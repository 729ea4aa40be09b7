package io.aicc.worker.control;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import io.aicc.wire.WireJson;
import io.aicc.wire.control.CallAssignment;
import io.aicc.wire.control.EndOrder;
import io.aicc.wire.control.Refusal;
import io.aicc.wire.control.WorkerReport;
import io.aicc.worker.control.CallDesk.RefusedException;
import io.aicc.worker.control.CallDesk.UnacceptableException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What may be asked of a worker, and by whom: first the token, then the path, so a stranger does not even learn what there is. */
public final class ControlHandler implements HttpHandler, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ControlHandler.class);

    /** An assignment is below 2 KB, and each of its at most 256 call events below 200 bytes, escapes included below 500. */
    private static final int MAX_BODY_BYTES = 128 * 1024;

    private static final Duration HEARTBEAT = Duration.ofSeconds(1);

    private final Map<String, Command> commands = Map.of(
            "PUT /v1/call", this::assign,
            "POST /v1/call/end", this::end,
            "GET /v1/reports", this::reports);
    private final ControlToken token;
    private final CallDesk desk;
    private final RefusedCommands refused = new RefusedCommands(System::nanoTime);
    private final Set<Thread> waiting = new HashSet<>();
    private volatile boolean ending;
    private volatile boolean closed;

    /** For one worker. */
    public ControlHandler(ControlToken token, CallDesk desk) {
        this.token = token;
        this.desk = desk;
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            ControlToken.Verdict verdict =
                    token.check(exchange.getRequestHeaders().getFirst("Authorization"));
            if (verdict.allowed()) {
                run(exchange);
            } else {
                refused.refused(verdict.reason(), exchange.getRemoteAddress().getAddress());
                answer(exchange, verdict.status(), new Refusal(verdict.reason()));
            }
        }
    }

    /** Those who listen to reports have heard the last one. */
    @Override
    public void close() {
        closed = true;
    }

    private void run(HttpExchange exchange) throws IOException {
        String request =
                exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath();
        Command command = commands.get(request);
        if (command == null) {
            answer(exchange, 404, new Refusal("no such command; known: " + commands.keySet()));
            return;
        }
        try {
            command.run(exchange);
        } catch (RefusedException e) {
            answer(exchange, 409, new Refusal(String.valueOf(e.getMessage())));
        } catch (UnacceptableException e) {
            answer(exchange, 422, new Refusal(String.valueOf(e.getMessage())));
        } catch (BadRequestException e) {
            answer(exchange, 400, new Refusal(String.valueOf(e.getMessage())));
        } catch (RuntimeException e) {
            // The JDK's server would only hang up.
            log.atError().addKeyValue("command", request).setCause(e).log("command failed, a defect of this program");
            answer(exchange, 500, new Refusal("the worker failed, its log says how"));
        }
    }

    private void assign(HttpExchange exchange) throws IOException, RefusedException, UnacceptableException {
        CallAssignment assignment = read(exchange, CallAssignment.class);
        answer(exchange, 200, desk.assign(assignment));
    }

    private void end(HttpExchange exchange) throws IOException, RefusedException {
        desk.end(read(exchange, EndOrder.class));
        exchange.sendResponseHeaders(202, -1);
    }

    /** One at once, at every change and every second; interrupted, one more: how it ended. */
    private void reports(HttpExchange exchange) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "application/x-ndjson");
        exchange.sendResponseHeaders(200, 0);
        OutputStream lines = exchange.getResponseBody();
        while (!closed) {
            boolean last = ending;
            WorkerReport report = desk.report();
            lines.write(WireJson.mapper().writeValueAsBytes(report));
            lines.write('\n');
            lines.flush();
            if (last) {
                return;
            }
            awaitNews(report.state());
        }
    }

    /** An interrupt comes here and nowhere else: it would break the connection off that is being written to. */
    private void awaitNews(WorkerReport.State known) {
        Thread listener = Thread.currentThread();
        synchronized (waiting) {
            if (ending) {
                return;
            }
            waiting.add(listener);
        }
        try {
            desk.awaitChange(known, HEARTBEAT);
        } catch (InterruptedException e) {
            // We are ending, and say so.
        } finally {
            synchronized (waiting) {
                waiting.remove(listener);
                boolean _ = Thread.interrupted();
            }
        }
    }

    /** Whoever listens hears one report more, and no other. */
    void end() {
        synchronized (waiting) {
            ending = true;
            waiting.forEach(Thread::interrupt);
        }
    }

    private static <T> T read(HttpExchange exchange, Class<T> type) throws IOException {
        byte[] body = exchange.getRequestBody().readNBytes(MAX_BODY_BYTES + 1);
        if (body.length > MAX_BODY_BYTES) {
            throw new BadRequestException("body too long: more than " + MAX_BODY_BYTES + " bytes");
        }
        return parse(body, type);
    }

    /** Reads an order. It is UTF-8 (RFC 8259 §8.1): given bytes, Jackson would also look for UTF-16 and UTF-32. */
    static <T> T parse(byte[] body, Class<T> type) throws BadRequestException {
        try {
            T order = WireJson.mapper().readValue(new String(body, StandardCharsets.UTF_8), type);
            if (order == null) { // the JSON word
                throw new BadRequestException(type.getSimpleName() + ": expected an object, got null");
            }
            return order;
        } catch (JsonProcessingException e) {
            throw new BadRequestException(type.getSimpleName() + " cannot be read: " + e.getOriginalMessage());
        }
    }

    private static void answer(HttpExchange exchange, int status, Object content) throws IOException {
        byte[] body = WireJson.mapper().writeValueAsBytes(content);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
    }

    /** The request makes no sense. */
    static final class BadRequestException extends IOException {
        private static final long serialVersionUID = 1L;

        BadRequestException(String message) {
            super(message);
        }
    }

    @FunctionalInterface
    private interface Command {
        void run(HttpExchange exchange) throws IOException, RefusedException, UnacceptableException;
    }
}
