package io.aicc.operator.session;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * As much of a Kubernetes API server as {@link EndedRecords} needs: sessions that are listed by pages of two and deleted by
 * name and UID, ConfigMaps that are written on the version that was read. It can cease to answer in the middle.
 */
final class TinyApi implements AutoCloseable {
    private static final int PAGE = 2;
    private static final int MOST_DATA = 1024 * 1024;
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final HttpServer server;
    private final KubernetesClient client;
    private final SortedMap<String, ObjectNode> sessions = new TreeMap<>();
    private final SortedMap<String, ObjectNode> configMaps = new TreeMap<>();
    private int version;
    private int answers = Integer.MAX_VALUE;
    private boolean lastIsCarriedOut;
    private int forgottenLists;
    private final List<String> limits = new ArrayList<>();
    private final Set<String> undeletable = new HashSet<>();

    TinyApi() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/", this::handle);
        server.start();
        Config config = Config.empty();
        config.setMasterUrl("http://127.0.0.1:" + server.getAddress().getPort());
        config.setRequestRetryBackoffLimit(0);
        client = new KubernetesClientBuilder().withConfig(config).build();
    }

    KubernetesClient client() {
        return client;
    }

    /** From here on it answers so many requests; the next one fails, carried out or not, and all that follow. */
    synchronized void answers(int requests, boolean oneMoreIsCarriedOut) {
        answers = requests;
        lastIsCarriedOut = oneMoreIsCarriedOut;
    }

    /** The next so many lists are forgotten before their second page. */
    synchronized void forgetLists(int lists) {
        forgottenLists = lists;
    }

    synchronized void put(ObjectNode session) {
        sessions.put(session.at("/metadata/name").asText(), session);
    }

    synchronized void removeSession(String name) {
        sessions.remove(name);
    }

    /** Some policy of the cluster's refuses to have this session deleted, or does so no more. */
    synchronized void deletable(String name, boolean may) {
        if (may) {
            undeletable.remove(name);
        } else {
            undeletable.add(name);
        }
    }

    /** Somebody's finalizer is on this session, or has been taken away. */
    synchronized void hold(String name, boolean hold) {
        ObjectNode session = Objects.requireNonNull(sessions.get(name));
        ObjectNode meta = session.withObject("/metadata");
        if (hold) {
            meta.withArray("/finalizers").add("example.com/archive");
        } else if (meta.remove("finalizers") != null && meta.has("deletionTimestamp")) {
            sessions.remove(name);
        }
    }

    synchronized List<String> sessions() {
        return List.copyOf(sessions.keySet());
    }

    /** How many sessions each list was to bring at most. */
    synchronized List<String> limits() {
        return List.copyOf(limits);
    }

    synchronized Map<String, String> data(String configMap) {
        return JSON.convertValue(
                configMaps.getOrDefault(configMap, JSON.createObjectNode()).path("data"),
                JSON.getTypeFactory().constructMapType(Map.class, String.class, String.class));
    }

    /** As somebody's edit does; null removes an entry. */
    synchronized void edit(String configMap, String entry, String text) {
        ObjectNode map = configMaps.computeIfAbsent(configMap, name -> JSON.createObjectNode());
        map.put("apiVersion", "v1").put("kind", "ConfigMap");
        map.withObject("/metadata").put("name", configMap).put("namespace", "calls");
        map.withObject("/data").put(entry, text);
        stamp(map);
    }

    synchronized void removeConfigMap(String name) {
        configMaps.remove(name);
    }

    @Override
    public void close() {
        client.close();
        server.stop(0);
    }

    private record Reply(int status, JsonNode body) {}

    private synchronized void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            answers--;
            byte[] sent = exchange.getRequestBody().readAllBytes();
            Reply reply = answers >= 0 || answers == -1 && lastIsCarriedOut
                    ? reply(exchange, sent.length == 0 ? JSON.createObjectNode() : JSON.readTree(sent))
                    : failure(503, "away");
            if (answers < 0) {
                reply = failure(503, "away");
            }
            byte[] body = JSON.writeValueAsBytes(reply.body());
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(reply.status(), body.length);
            exchange.getResponseBody().write(body);
        }
    }

    private Reply reply(HttpExchange exchange, JsonNode body) {
        String path = exchange.getRequestURI().getPath();
        String name = path.substring(path.lastIndexOf('/') + 1);
        return switch (exchange.getRequestMethod()) {
            case "GET" -> name.equals("callsessions") ? list(query(exchange)) : found(configMaps.get(name));
            case "POST" -> create((ObjectNode) body);
            case "PATCH" -> patch(name, body);
            case "DELETE" -> delete(name, body.at("/preconditions/uid").asText());
            default -> failure(405, "no such method");
        };
    }

    private Reply list(Map<String, String> query) {
        limits.add(query.getOrDefault("limit", "none"));
        if (query.containsKey("continue") && forgottenLists-- > 0) {
            return failure(410, "The provided continue parameter is too old");
        }
        String[] selector = query.getOrDefault("fieldSelector", "").split("=");
        List<ObjectNode> selected = sessions.values().stream()
                .filter(session ->
                        session.at("/" + selector[0].replace('.', '/')).asText().equals(selector[1]))
                .toList();
        int from = Integer.parseInt(query.getOrDefault("continue", "0"));
        int to = Math.min(from + PAGE, selected.size());
        ObjectNode list =
                JSON.createObjectNode().put("apiVersion", "aicc.io/v1alpha1").put("kind", "CallSessionList");
        list.withArray("/items").addAll(selected.subList(Math.min(from, to), to));
        list.withObject("/metadata").put("continue", to < selected.size() ? Integer.toString(to) : "");
        return new Reply(200, list);
    }

    private Reply create(ObjectNode map) {
        String name = map.at("/metadata/name").asText();
        if (configMaps.containsKey(name)) {
            return failure(409, "already exists");
        }
        configMaps.put(name, stamp(map));
        return new Reply(201, map);
    }

    private Reply patch(String name, JsonNode change) {
        ObjectNode map = configMaps.get(name);
        if (map == null) {
            return failure(404, "not found");
        }
        if (!change.at("/metadata/resourceVersion").equals(map.at("/metadata/resourceVersion"))) {
            return failure(409, "the object has been modified");
        }
        change.path("data").fields().forEachRemaining(entry -> {
            if (entry.getValue().isNull()) {
                map.withObject("/data").remove(entry.getKey());
            } else {
                map.withObject("/data").set(entry.getKey(), entry.getValue());
            }
        });
        if (map.path("data").toString().length() > MOST_DATA) {
            return failure(422, "Too long: may not be more than 1048576 bytes");
        }
        return new Reply(200, stamp(map));
    }

    private Reply delete(String name, String uid) {
        ObjectNode session = sessions.get(name);
        if (session == null) {
            return failure(404, "not found");
        }
        if (!session.at("/metadata/uid").asText().equals(uid)) {
            return failure(409, "the UID in the precondition does not match");
        }
        if (undeletable.contains(name)) {
            return failure(403, "records of " + name + " are kept");
        }
        if (!session.at("/metadata/finalizers").isEmpty()) {
            session.withObject("/metadata").put("deletionTimestamp", "2026-01-31T13:00:00Z");
            return new Reply(200, session);
        }
        sessions.remove(name);
        return new Reply(200, JSON.createObjectNode().put("kind", "Status").put("apiVersion", "v1"));
    }

    private ObjectNode stamp(ObjectNode object) {
        version++;
        object.withObject("/metadata").put("resourceVersion", Integer.toString(version));
        return object;
    }

    private static Reply found(@Nullable ObjectNode object) {
        return Optional.ofNullable(object)
                .map(there -> new Reply(200, there))
                .orElseGet(() -> failure(404, "not found"));
    }

    private static Reply failure(int code, String message) {
        return new Reply(
                code,
                JSON.createObjectNode()
                        .put("kind", "Status")
                        .put("apiVersion", "v1")
                        .put("code", code)
                        .put("message", message));
    }

    private static Map<String, String> query(HttpExchange exchange) {
        return Arrays.stream(Optional.ofNullable(exchange.getRequestURI().getRawQuery())
                        .orElse("")
                        .split("&"))
                .map(part -> part.split("=", 2))
                .filter(part -> part.length == 2 && !part[1].isEmpty())
                .collect(Collectors.toMap(part -> part[0], part -> URLDecoder.decode(part[1], StandardCharsets.UTF_8)));
    }
}
