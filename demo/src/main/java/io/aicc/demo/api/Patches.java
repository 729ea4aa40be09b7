package io.aicc.demo.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.zjsonpatch.JsonPatch;
import io.fabric8.zjsonpatch.JsonPatchException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The four ways to change part of an object. JSON Patch (RFC 6902) and JSON Merge Patch (RFC 7386) are what they say.
 * Strategic merge and server-side apply are a merge patch too, in which the lists below are merged by key rather than
 * replaced; who owns a field is not recorded, so a field left out of a later apply stays.
 */
final class Patches {
    static final String APPLY = "application/apply-patch+yaml";

    /** Lists whose items have an identity, and the field that is it. */
    private static final Map<String, String> MERGE_KEYS = Map.of(
            "containers", "name",
            "initContainers", "name",
            "env", "name",
            "volumes", "name",
            "volumeMounts", "mountPath",
            "containerStatuses", "name",
            "conditions", "type",
            "ownerReferences", "uid");

    private Patches() {}

    /** The object as the patch leaves it; the given one is not touched. */
    static ObjectNode apply(ResourceKind kind, String mediaType, JsonNode patch, ObjectNode target) {
        return switch (mediaType) {
            case "application/json-patch+json" -> jsonPatch(patch, target);
            case "application/merge-patch+json" -> (ObjectNode) merge(target.deepCopy(), patch, false);
            case "application/strategic-merge-patch+json" -> {
                if (kind.custom()) {
                    throw Failure.unsupportedMediaType(mediaType);
                }
                yield (ObjectNode) merge(target.deepCopy(), patch, true);
            }
            case APPLY -> applied(kind, patch, target);
            default -> throw Failure.unsupportedMediaType(mediaType);
        };
    }

    private static ObjectNode jsonPatch(JsonNode patch, ObjectNode target) {
        try {
            if (JsonPatch.apply(patch, target.deepCopy()) instanceof ObjectNode patched) {
                return patched;
            }
            throw Failure.unprocessable("the patch leaves no object");
        } catch (JsonPatchException unfit) {
            throw Failure.unprocessable(
                    "the server rejected our request due to an error in our request: " + unfit.getMessage());
        }
    }

    /** In a custom resource only the metadata has lists with keys, unless its schema says otherwise; ours do not. */
    private static ObjectNode applied(ResourceKind kind, JsonNode patch, ObjectNode target) {
        ObjectNode merged = (ObjectNode) merge(target.deepCopy(), patch, !kind.custom());
        if (kind.custom() && patch.has("metadata")) {
            merged.set("metadata", merge(target.path("metadata").deepCopy(), patch.path("metadata"), true));
        }
        return merged;
    }

    private static JsonNode merge(JsonNode target, JsonNode patch, boolean strategic) {
        if (!(patch instanceof ObjectNode changes)) {
            return patch.deepCopy();
        }
        ObjectNode merged = target instanceof ObjectNode object ? object : Json.object();
        changes.properties().forEach(change -> {
            String name = change.getKey();
            JsonNode value = change.getValue();
            if (value.isNull()) {
                merged.remove(name);
            } else if (strategic && name.startsWith("$")) {
                // Directives say in which order to keep a list, which a merge by key keeps anyway.
            } else if (strategic && value.isArray() && merged.path(name) instanceof ArrayNode list) {
                merged.set(name, mergeList(name, list, value));
            } else {
                merged.set(name, merge(merged.path(name), value, strategic));
            }
        });
        return merged;
    }

    private static ArrayNode mergeList(String name, ArrayNode target, JsonNode patch) {
        ArrayNode merged = target.deepCopy();
        String key = MERGE_KEYS.get(name);
        if (key == null && !"finalizers".equals(name)) {
            return patch.deepCopy();
        }
        for (JsonNode item : patch) {
            int present = indexOf(merged, item, key);
            if ("delete".equals(item.path("$patch").asText())) {
                if (present >= 0) {
                    merged.remove(present);
                }
            } else if (present < 0) {
                merged.add(item.deepCopy());
            } else {
                merged.set(present, merge(merged.get(present), item, true));
            }
        }
        return merged;
    }

    private static int indexOf(ArrayNode list, JsonNode item, @Nullable String key) {
        for (int i = 0; i < list.size(); i++) {
            JsonNode candidate = list.get(i);
            if (key == null ? candidate.equals(item) : candidate.path(key).equals(item.path(key))) {
                return i;
            }
        }
        return -1;
    }
}
