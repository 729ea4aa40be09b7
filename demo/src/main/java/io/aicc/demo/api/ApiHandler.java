package io.aicc.demo.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks every request for the token, sends it to the room that answers it, and writes the answer. */
final class ApiHandler implements HttpHandler {
    private static final Logger LOG = LoggerFactory.getLogger(ApiHandler.class);

    private final byte[] authorization;
    private final ResourceRequests resources;
    private final Discovery discovery;
    private final OpenApi openApi;

    ApiHandler(String token, ResourceRequests resources, Discovery discovery, OpenApi openApi) {
        this.authorization = ("Bearer " + token).getBytes(StandardCharsets.UTF_8);
        this.resources = resources;
        this.discovery = discovery;
        this.openApi = openApi;
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            send(exchange, answer(exchange));
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private Reply answer(HttpExchange exchange) throws IOException {
        try {
            ApiRequest request = ApiRequest.read(exchange);
            if (!authorized(exchange)) {
                throw Failure.unauthorized();
            }
            if (exchange.getRequestHeaders().containsKey("Upgrade")
                    && "websocket".equalsIgnoreCase(exchange.getRequestHeaders().getFirst("Upgrade"))) {
                // Watches over WebSocket are not spoken here; a plain answer makes fabric8 fall back to HTTP.
                return Reply.ok(Json.object());
            }
            return route(request);
        } catch (Failure failure) {
            return new Reply.Tree(failure.code(), failure.status());
        } catch (RuntimeException bug) {
            LOG.atError()
                    .addKeyValue("method", exchange.getRequestMethod())
                    .addKeyValue("path", exchange.getRequestURI().getPath())
                    .setCause(bug)
                    .log("request failed");
            Failure failure = Failure.internal(bug);
            return new Reply.Tree(failure.code(), failure.status());
        }
    }

    private Reply route(ApiRequest request) {
        List<String> path = request.path();
        int depth = path.size();
        return switch (path.isEmpty() ? "" : path.getFirst()) {
            case "healthz", "livez", "readyz" -> new Reply.Text("ok");
            case "version" -> Reply.ok(version());
            case "openapi" -> openApi(path);
            case "api" ->
                switch (depth) {
                    case 1 -> Reply.ok(discovery.coreVersions());
                    case 2 -> Reply.ok(discovery.resources("", path.get(1)));
                    default -> resources.handle("", path.get(1), path.subList(2, depth), request);
                };
            case "apis" ->
                switch (depth) {
                    case 1 -> Reply.ok(discovery.groups());
                    case 2 -> Reply.ok(discovery.group(path.get(1)));
                    case 3 -> Reply.ok(discovery.resources(path.get(1), path.get(2)));
                    default ->
                        Reviews.GROUP.equals(path.get(1))
                                ? Reviews.answer(path.getLast(), request)
                                : resources.handle(path.get(1), path.get(2), path.subList(3, depth), request);
                };
            default -> throw Failure.noSuchPath();
        };
    }

    private Reply openApi(List<String> path) {
        if (path.size() < 2 || !"v3".equals(path.get(1))) {
            throw Failure.noSuchPath();
        }
        return switch (path.size()) {
            case 2 -> Reply.ok(openApi.index());
            case 4 -> Reply.ok(openApi.document("", path.get(3)));
            case 5 -> Reply.ok(openApi.document(path.get(3), path.get(4)));
            default -> throw Failure.noSuchPath();
        };
    }

    private static ObjectNode version() {
        return Json.object()
                .put("major", "1")
                .put("minor", EmbeddedKubernetes.VERSION.split("\\.")[1])
                .put("gitVersion", EmbeddedKubernetes.VERSION)
                .put("platform", "jvm");
    }

    private boolean authorized(HttpExchange exchange) {
        String given = exchange.getRequestHeaders().getFirst("Authorization");
        return given != null && MessageDigest.isEqual(authorization, given.getBytes(StandardCharsets.UTF_8));
    }

    private static void send(HttpExchange exchange, Reply reply) throws IOException, InterruptedException {
        switch (reply) {
            case Reply.Tree(int code, var tree) -> send(exchange, code, "application/json", Json.bytes(tree));
            case Reply.Text(String text) -> send(exchange, 200, "text/plain", text.getBytes(StandardCharsets.UTF_8));
            case Reply.Streamed(String mediaType, Reply.Body body) -> {
                exchange.getResponseHeaders().set("Content-Type", mediaType);
                exchange.sendResponseHeaders(200, 0);
                OutputStream out = new BufferedOutputStream(exchange.getResponseBody(), 32 * 1024);
                // Clients wait for the head before they say that a watch is open.
                exchange.getResponseBody().flush();
                body.writeTo(out);
                out.flush();
            }
        }
    }

    private static void send(HttpExchange exchange, int code, String mediaType, byte[] content) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", mediaType);
        exchange.sendResponseHeaders(code, content.length);
        exchange.getResponseBody().write(content);
    }
}
