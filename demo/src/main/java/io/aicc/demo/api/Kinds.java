package io.aicc.demo.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/** The kinds that the server serves just now: the built-in ones, and one for every CustomResourceDefinition. */
final class Kinds {
    private final Map<String, ResourceKind> byResource = new ConcurrentSkipListMap<>();

    Kinds() {
        BuiltInKinds.ALL.forEach(this::add);
    }

    /** The kind with that plural, if it is served in that version. */
    @Nullable
    ResourceKind find(String group, String version, String plural) {
        ResourceKind kind = byResource.get(group.isEmpty() ? plural : plural + "." + group);
        return kind != null && kind.version().equals(version) ? kind : null;
    }

    /** The kind with that resource name, such as {@code callsessions.aicc.io}. */
    ResourceKind get(String resource) {
        ResourceKind kind = byResource.get(resource);
        if (kind == null) {
            throw Failure.noSuchPath();
        }
        return kind;
    }

    List<ResourceKind> all() {
        return List.copyOf(byResource.values());
    }

    /** Kinds of one group, in any version. */
    List<ResourceKind> inGroup(String group) {
        return byResource.values().stream()
                .filter(kind -> kind.group().equals(group))
                .toList();
    }

    void add(ResourceKind kind) {
        byResource.put(kind.resource(), kind);
    }

    void remove(String resource) {
        byResource.remove(resource);
    }

    /** Reads a CustomResourceDefinition; of several versions the stored one is served. */
    static ResourceKind declared(JsonNode definition) {
        JsonNode spec = definition.path("spec");
        JsonNode names = spec.path("names");
        JsonNode version = storedVersion(definition);
        List<Column> columns = new ArrayList<>();
        version.path("additionalPrinterColumns").forEach(column -> columns.add(Column.declared(column)));
        if (columns.isEmpty()) {
            columns.add(Column.AGE);
        }
        Set<String> selectable = new HashSet<>();
        version.path("selectableFields")
                .forEach(field -> selectable.add(dotted(field.path("jsonPath").asText())));
        JsonNode scale = version.path("subresources").path("scale");
        return new ResourceKind(
                spec.path("group").asText(),
                version.path("name").asText(),
                names.path("kind").asText(),
                names.path("plural").asText(),
                names.path("singular").asText(names.path("kind").asText().toLowerCase(Locale.ROOT)),
                Json.strings(names.path("shortNames")),
                Json.strings(names.path("categories")),
                "Namespaced".equals(spec.path("scope").asText()),
                version.path("subresources").has("status"),
                scale.isMissingNode() ? null : scale(scale),
                Set.copyOf(selectable),
                List.copyOf(columns),
                new Schema(version.path("schema").path("openAPIV3Schema")));
    }

    private static JsonNode storedVersion(JsonNode definition) {
        for (JsonNode version : definition.path("spec").path("versions")) {
            if (version.path("storage").asBoolean()) {
                return version;
            }
        }
        throw Failure.invalid(
                BuiltInKinds.CUSTOM_RESOURCE_DEFINITION,
                definition.path("metadata").path("name").asText(),
                List.of(new Failure.Cause(
                        "FieldValueInvalid",
                        "spec.versions",
                        "Invalid value: must have exactly one version marked as storage version")));
    }

    private static ResourceKind.Scale scale(JsonNode scale) {
        String selector = dotted(scale.path("labelSelectorPath").asText());
        return new ResourceKind.Scale(
                dotted(scale.path("specReplicasPath").asText()),
                dotted(scale.path("statusReplicasPath").asText()),
                selector.isEmpty() ? null : selector);
    }

    private static String dotted(String jsonPath) {
        return jsonPath.startsWith(".") ? jsonPath.substring(1) : jsonPath;
    }
}
