package io.aicc.demo.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.TreeSet;

/**
 * OpenAPI v3, as much as kubectl needs to explain a custom resource and to leave the checking of fields to the server. The
 * schemas of built-in kinds are open: their fields are not repeated here.
 */
final class OpenApi {
    private final Kinds kinds;

    OpenApi(Kinds kinds) {
        this.kinds = kinds;
    }

    ObjectNode index() {
        var versions = new TreeSet<String>();
        kinds.all().forEach(kind -> versions.add(path(kind)));
        ObjectNode index = Json.object();
        ObjectNode paths = index.putObject("paths");
        versions.forEach(version -> paths.putObject(version).put("serverRelativeURL", "/openapi/v3/" + version));
        return index;
    }

    ObjectNode document(String group, String version) {
        ObjectNode document = Json.object().put("openapi", "3.0.0");
        document.putObject("info").put("title", "Kubernetes").put("version", EmbeddedKubernetes.VERSION);
        ObjectNode paths = document.putObject("paths");
        ObjectNode schemas = document.putObject("components").putObject("schemas");
        for (ResourceKind kind : kinds.inGroup(group)) {
            if (kind.version().equals(version)) {
                String scope = kind.namespaced() ? "/namespaces/{namespace}/" : "/";
                ObjectNode patch = paths.putObject("/" + path(kind) + scope + kind.plural() + "/{name}")
                        .putObject("patch");
                patch.putArray("parameters")
                        .addObject()
                        .put("name", "fieldValidation")
                        .put("in", "query")
                        .putObject("schema")
                        .put("type", "string");
                patch.set("x-kubernetes-group-version-kind", identity(kind));
                schemas.set(schemaName(kind), schema(kind));
            }
        }
        return document;
    }

    private static ObjectNode schema(ResourceKind kind) {
        ObjectNode schema = kind.schema() instanceof Schema declared
                ? declared.openApi().deepCopy()
                : Json.object().put("type", "object").put("x-kubernetes-preserve-unknown-fields", true);
        schema.putArray("x-kubernetes-group-version-kind").add(identity(kind));
        return schema;
    }

    private static ObjectNode identity(ResourceKind kind) {
        return Json.object()
                .put("group", kind.group())
                .put("version", kind.version())
                .put("kind", kind.kind());
    }

    private static String path(ResourceKind kind) {
        return kind.group().isEmpty() ? "api/" + kind.version() : "apis/" + kind.apiVersion();
    }

    private static String schemaName(ResourceKind kind) {
        return kind.group() + "." + kind.version() + "." + kind.kind();
    }
}
