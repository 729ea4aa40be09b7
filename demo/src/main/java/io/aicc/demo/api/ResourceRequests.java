package io.aicc.demo.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The verbs on resources: what a path under {@code /api/v1} or {@code /apis/GROUP/VERSION} asks for, done. */
final class ResourceRequests {
    private final Kinds kinds;
    private final Store store;
    private final Lifecycle lifecycle;
    private final Tables tables;
    private final PodLogs logs;

    ResourceRequests(Kinds kinds, Store store, Lifecycle lifecycle, Tables tables, PodLogs logs) {
        this.kinds = kinds;
        this.store = store;
        this.lifecycle = lifecycle;
        this.tables = tables;
        this.logs = logs;
    }

    /** What a path names: a collection when {@code name} is empty, and perhaps one side of an object. */
    private record Target(ResourceKind kind, String namespace, String name, String subresource) {
        ObjectKey key() {
            return new ObjectKey(kind.resource(), kind.namespaced() ? namespace : "", name);
        }
    }

    /** @param path what follows the group and version */
    Reply handle(String group, String version, List<String> path, ApiRequest request) {
        Target target = target(group, version, path);
        if (target.name().isEmpty()) {
            return switch (request.method()) {
                case "GET" -> request.flag("watch") ? watch(target, request) : list(target, request);
                case "POST" -> create(target, request);
                case "DELETE" -> deleteAll(target, request);
                default -> throw Failure.methodNotAllowed();
            };
        }
        return switch (target.subresource()) {
            case "" -> object(target, request);
            case "status" -> status(target, request);
            case "scale" -> scale(target, request);
            case "binding" -> bind(target, request);
            case "log" -> log(target, request);
            default -> throw Failure.noSuchPath();
        };
    }

    private Target target(String group, String version, List<String> path) {
        boolean inNamespace = path.size() >= 3 && "namespaces".equals(path.getFirst()) && !"status".equals(path.get(2));
        List<String> rest = inNamespace ? path.subList(2, path.size()) : path;
        ResourceKind kind = kinds.find(group, version, rest.getFirst());
        if (kind == null || rest.size() > 3 || (inNamespace && !kind.namespaced())) {
            throw Failure.noSuchPath();
        }
        return new Target(
                kind,
                inNamespace ? path.get(1) : "",
                rest.size() > 1 ? rest.get(1) : "",
                rest.size() > 2 ? rest.get(2) : "");
    }

    private Reply object(Target target, ApiRequest request) {
        ResourceKind kind = target.kind();
        return switch (request.method()) {
            case "GET" -> shown(target, lifecycle.get(kind, target.key()), request);
            case "PUT" ->
                shown(
                        target,
                        lifecycle.update(kind, target.key(), replaced(kind, request), request.writeOptions()),
                        request);
            case "PATCH" -> patch(target, request);
            case "DELETE" -> deleted(target, request);
            default -> throw Failure.methodNotAllowed();
        };
    }

    private Reply status(Target target, ApiRequest request) {
        ResourceKind kind = target.kind();
        if (!kind.statusSubresource()) {
            throw Failure.noSuchPath();
        }
        return switch (request.method()) {
            case "GET" -> Reply.ok(lifecycle.get(kind, target.key()));
            case "PUT" ->
                Reply.ok(lifecycle.updateStatus(kind, target.key(), replaced(kind, request), request.writeOptions()));
            case "PATCH" ->
                Reply.ok(lifecycle.updateStatus(kind, target.key(), patched(kind, request), request.writeOptions()));
            default -> throw Failure.methodNotAllowed();
        };
    }

    private Reply patch(Target target, ApiRequest request) {
        ResourceKind kind = target.kind();
        boolean apply = Patches.APPLY.equals(request.mediaType());
        return store.atomically(() -> {
            if (apply && store.find(target.key()) == null) {
                ObjectNode body = asObject(request.body());
                body.withObject("/metadata").put("name", target.name());
                return new Reply.Tree(201, lifecycle.create(kind, target.namespace(), body, request.writeOptions()));
            }
            return shown(
                    target,
                    lifecycle.update(kind, target.key(), patched(kind, request), request.writeOptions()),
                    request);
        });
    }

    private Reply list(Target target, ApiRequest request) {
        Store.Listing listing = store.list(target.kind(), target.namespace(), selector(target, request));
        String revision = Long.toString(listing.revision());
        if (request.wantsTable()) {
            return Reply.ok(tables.table(target.kind(), listing.objects(), revision, include(request)));
        }
        return Reply.ok(listOf(target.kind(), revision, listing.objects()));
    }

    private static ObjectNode listOf(ResourceKind kind, String revision, List<ObjectNode> objects) {
        ObjectNode list = Json.object().put("kind", kind.kind() + "List").put("apiVersion", kind.apiVersion());
        list.putObject("metadata").put("resourceVersion", revision);
        list.putArray("items").addAll(objects);
        return list;
    }

    private Reply watch(Target target, ApiRequest request) {
        UnaryOperator<ObjectNode> form = request.wantsTable()
                ? object -> tables.table(
                        target.kind(),
                        List.of(object),
                        object.at("/metadata/resourceVersion").asText(),
                        include(request))
                : UnaryOperator.identity();
        return new Reply.Streamed(
                "application/json",
                new WatchStream(store, target.kind(), target.namespace(), selector(target, request), form, request));
    }

    private Reply create(Target target, ApiRequest request) {
        ObjectNode body = asObject(request.body());
        ObjectNode created = lifecycle.create(target.kind(), target.namespace(), body, request.writeOptions());
        return new Reply.Tree(201, created);
    }

    private Reply deleted(Target target, ApiRequest request) {
        DeleteOptions options = DeleteOptions.read(request.body(), request.query());
        ObjectNode last = lifecycle.delete(target.kind(), target.key(), options);
        boolean stays = store.find(target.key()) != null;
        if (stays || target.kind().is("pods")) {
            return Reply.ok(last);
        }
        ObjectNode success =
                Json.object().put("kind", "Status").put("apiVersion", "v1").put("status", "Success");
        success.putObject("metadata");
        success.putObject("details")
                .put("name", target.name())
                .put("group", target.kind().group())
                .put("kind", target.kind().plural())
                .put("uid", last.at("/metadata/uid").asText());
        return Reply.ok(success);
    }

    private Reply deleteAll(Target target, ApiRequest request) {
        DeleteOptions options = DeleteOptions.read(request.body(), request.query());
        Selector selector = selector(target, request);
        return store.atomically(() -> {
            Store.Listing listing = store.list(target.kind(), target.namespace(), selector);
            List<ObjectNode> deleted = new ArrayList<>();
            for (ObjectNode object : listing.objects()) {
                ObjectKey key = ObjectKey.of(target.kind(), object);
                if (store.find(key) != null) { // Otherwise it went with its owner.
                    deleted.add(lifecycle.delete(target.kind(), key, options));
                }
            }
            return Reply.ok(listOf(target.kind(), Long.toString(listing.revision()), deleted));
        });
    }

    private Reply scale(Target target, ApiRequest request) {
        ResourceKind.Scale paths = target.kind().scale();
        if (paths == null) {
            throw Failure.noSuchPath();
        }
        ObjectNode object = lifecycle.get(target.kind(), target.key());
        if (!"GET".equals(request.method())) {
            ObjectNode wanted = "PUT".equals(request.method())
                    ? asObject(request.body())
                    : Patches.apply(target.kind(), request.mediaType(), request.body(), scaleOf(object, paths));
            JsonNode replicas = wanted.at("/spec/replicas");
            UnaryOperator<ObjectNode> edit =
                    live -> with(live, paths.specReplicas(), IntNode.valueOf(replicas.asInt()));
            object = lifecycle.update(target.kind(), target.key(), edit, request.writeOptions());
        }
        return Reply.ok(scaleOf(object, paths));
    }

    private static ObjectNode scaleOf(ObjectNode object, ResourceKind.Scale paths) {
        ObjectNode scale = Json.object().put("kind", "Scale").put("apiVersion", "autoscaling/v1");
        JsonNode metadata = object.path("metadata");
        ObjectNode about = scale.putObject("metadata");
        for (String field : List.of("name", "namespace", "uid", "resourceVersion", "creationTimestamp")) {
            about.set(field, metadata.path(field));
        }
        scale.putObject("spec")
                .put("replicas", Json.at(object, paths.specReplicas()).asInt());
        ObjectNode status = scale.putObject("status")
                .put("replicas", Json.at(object, paths.statusReplicas()).asInt());
        @Nullable String selector = paths.labelSelector();
        if (selector != null && !Json.at(object, selector).isMissingNode()) {
            status.set("selector", Json.at(object, selector));
        }
        return scale;
    }

    /** What a scheduler does: says on which node a pod runs. */
    private Reply bind(Target target, ApiRequest request) {
        if (!target.kind().is("pods") || !"POST".equals(request.method())) {
            throw Failure.methodNotAllowed();
        }
        JsonNode node = request.body().path("target").path("name");
        lifecycle.update(target.kind(), target.key(), pod -> with(pod, "spec.nodeName", node), request.writeOptions());
        return new Reply.Tree(
                201, Json.object().put("kind", "Status").put("apiVersion", "v1").put("status", "Success"));
    }

    private Reply log(Target target, ApiRequest request) {
        ObjectNode pod = lifecycle.get(target.kind(), target.key());
        return new Reply.Streamed(
                "text/plain", new LogStream(logs, pod.at("/metadata/uid").asText(), request, () -> runs(target)));
    }

    private boolean runs(Target target) {
        ObjectNode pod = store.find(target.key());
        return pod != null && "Running".equals(pod.at("/status/phase").asText());
    }

    private static UnaryOperator<ObjectNode> replaced(ResourceKind kind, ApiRequest request) {
        ObjectNode body = asObject(request.body());
        if (kind.custom() && body.at("/metadata/resourceVersion").asText().isEmpty()) {
            throw Failure.invalid(
                    kind,
                    body.at("/metadata/name").asText(),
                    List.of(new Failure.Cause(
                            "FieldValueInvalid",
                            "metadata.resourceVersion",
                            "Invalid value: 0: must be specified for an update")));
        }
        return live -> body;
    }

    private static UnaryOperator<ObjectNode> patched(ResourceKind kind, ApiRequest request) {
        JsonNode patch = request.body();
        return live -> Patches.apply(kind, request.mediaType(), patch, live);
    }

    private Reply shown(Target target, ObjectNode object, ApiRequest request) {
        return Reply.ok(
                request.wantsTable()
                        ? tables.table(
                                target.kind(),
                                List.of(object),
                                object.at("/metadata/resourceVersion").asText(),
                                include(request))
                        : object);
    }

    private static Selector selector(Target target, ApiRequest request) {
        return Selector.parse(
                target.kind(),
                request.query().get("labelSelector"),
                request.query().get("fieldSelector"));
    }

    private static String include(ApiRequest request) {
        return request.query().getOrDefault("includeObject", "Metadata");
    }

    private static ObjectNode asObject(JsonNode body) {
        if (body instanceof ObjectNode object) {
            return object;
        }
        throw Failure.badRequest("the body of the request must be an object");
    }

    private static ObjectNode with(ObjectNode object, String dottedPath, JsonNode value) {
        ObjectNode copy = object.deepCopy();
        int last = dottedPath.lastIndexOf('.');
        copy.withObject("/" + dottedPath.substring(0, last).replace('.', '/'))
                .set(dottedPath.substring(last + 1), value);
        return copy;
    }
}
