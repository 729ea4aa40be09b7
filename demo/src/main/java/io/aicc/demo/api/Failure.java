package io.aicc.demo.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** A refusal, in the API server's words and codes; becomes a {@code Status} object on the wire. */
final class Failure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int code;
    private final transient ObjectNode status;

    private Failure(int code, String reason, String message, ObjectNode details) {
        super(message, null, false, false);
        this.code = code;
        this.status = Json.object()
                .put("kind", "Status")
                .put("apiVersion", "v1")
                .put("status", "Failure")
                .put("message", message)
                .put("reason", reason)
                .put("code", code);
        status.set("metadata", Json.object());
        status.set("details", details);
    }

    /** One field that breaks the schema. */
    record Cause(String reason, String field, String message) {}

    static Failure badRequest(String message) {
        return new Failure(400, "BadRequest", message, Json.object());
    }

    static Failure unauthorized() {
        return new Failure(401, "Unauthorized", "Unauthorized", Json.object());
    }

    static Failure noSuchPath() {
        return new Failure(404, "NotFound", "the server could not find the requested resource", Json.object());
    }

    static Failure notFound(ResourceKind kind, String name) {
        return new Failure(
                404, "NotFound", "%s \"%s\" not found".formatted(kind.resource(), name), details(kind, name));
    }

    static Failure methodNotAllowed() {
        return new Failure(
                405,
                "MethodNotAllowed",
                "the server does not allow this method on the requested resource",
                Json.object());
    }

    static Failure alreadyExists(ResourceKind kind, String name) {
        return new Failure(
                409, "AlreadyExists", "%s \"%s\" already exists".formatted(kind.resource(), name), details(kind, name));
    }

    static Failure conflict(ResourceKind kind, String name, String why) {
        return new Failure(
                409,
                "Conflict",
                "Operation cannot be fulfilled on %s \"%s\": %s".formatted(kind.resource(), name, why),
                details(kind, name));
    }

    static Failure gone(String message) {
        return new Failure(410, "Expired", message, Json.object());
    }

    static Failure unsupportedMediaType(String type) {
        return new Failure(
                415,
                "UnsupportedMediaType",
                "the body of the request was in an unknown format - got " + type
                        + "; this server takes JSON and YAML: kubectl create ... --dry-run=client -o yaml | kubectl apply -f -",
                Json.object());
    }

    static Failure unprocessable(String message) {
        return new Failure(422, "Invalid", message, Json.object());
    }

    static Failure invalid(ResourceKind kind, String name, List<Cause> causes) {
        String all = String.join(
                ", ", causes.stream().map(c -> c.field() + ": " + c.message()).toList());
        String qualified = kind.group().isEmpty() ? kind.kind() : kind.kind() + "." + kind.group();
        ObjectNode details = details(kind, name);
        ArrayNode list = details.putArray("causes");
        for (Cause cause : causes) {
            list.addObject()
                    .put("reason", cause.reason())
                    .put("message", cause.message())
                    .put("field", cause.field());
        }
        return new Failure(
                422,
                "Invalid",
                "%s \"%s\" is invalid: %s".formatted(qualified, name, causes.size() == 1 ? all : "[" + all + "]"),
                details);
    }

    static Failure internal(Throwable cause) {
        return new Failure(500, "InternalError", "Internal error occurred: " + cause, Json.object());
    }

    int code() {
        return code;
    }

    ObjectNode status() {
        return status;
    }

    private static ObjectNode details(ResourceKind kind, String name) {
        return Json.object().put("name", name).put("group", kind.group()).put("kind", kind.plural());
    }
}
