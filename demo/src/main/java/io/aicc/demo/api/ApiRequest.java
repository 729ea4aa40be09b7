package io.aicc.demo.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One request, read to its end. */
record ApiRequest(
        String method, List<String> path, Map<String, String> query, String accept, String mediaType, byte[] content) {
    private static final int MAX_CONTENT = 3 * 1024 * 1024;

    static ApiRequest read(HttpExchange exchange) throws IOException {
        byte[] content = exchange.getRequestBody().readNBytes(MAX_CONTENT + 1);
        if (content.length > MAX_CONTENT) {
            throw Failure.badRequest("the body of the request is longer than %d bytes".formatted(MAX_CONTENT));
        }
        URI uri = exchange.getRequestURI();
        List<String> path = Arrays.stream(uri.getRawPath().split("/"))
                .filter(segment -> !segment.isEmpty())
                .map(ApiRequest::decode)
                .toList();
        String type = header(exchange, "Content-Type");
        return new ApiRequest(
                exchange.getRequestMethod(),
                path,
                query(uri.getRawQuery()),
                header(exchange, "Accept"),
                type.contains(";") ? type.substring(0, type.indexOf(';')).strip() : type,
                content);
    }

    /** The body as a tree; missing when there is none. Protobuf is not spoken here. */
    JsonNode body() {
        if (mediaType.contains("protobuf")) {
            throw Failure.unsupportedMediaType(mediaType);
        }
        return Json.read(content);
    }

    boolean flag(String name) {
        String value = query.get(name);
        return value != null && !"false".equals(value) && !"0".equals(value);
    }

    boolean wantsTable() {
        return accept.contains("as=Table");
    }

    WriteOptions writeOptions() {
        return new WriteOptions("All".equals(query.get("dryRun")), "Strict".equals(query.get("fieldValidation")));
    }

    private static String header(HttpExchange exchange, String name) {
        String value = exchange.getRequestHeaders().getFirst(name);
        return value == null ? "" : value;
    }

    private static Map<String, String> query(@Nullable String raw) {
        Map<String, String> query = new HashMap<>();
        if (raw != null) {
            for (String pair : raw.split("&")) {
                int equals = pair.indexOf('=');
                query.put(
                        decode(equals < 0 ? pair : pair.substring(0, equals)),
                        equals < 0 ? "" : decode(pair.substring(equals + 1)));
            }
        }
        return query;
    }

    private static String decode(String encoded) {
        try {
            return URLDecoder.decode(encoded, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException malformed) {
            throw Failure.badRequest("malformed request address: " + malformed.getMessage());
        }
    }
}
