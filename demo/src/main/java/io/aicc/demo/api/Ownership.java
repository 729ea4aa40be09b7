package io.aicc.demo.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * Who belongs to whom: by owner reference, and besides that everything in a namespace belongs to the namespace and every
 * custom resource to its definition. That makes deleting either of them the same thing as deleting any owner.
 */
final class Ownership {
    private final Store store;

    Ownership(Store store) {
        this.store = store;
    }

    /** Deleting it means deleting what it contains first. */
    static boolean container(ResourceKind kind) {
        return kind.is("namespaces") || kind.is("customresourcedefinitions.apiextensions.k8s.io");
    }

    List<ObjectKey> dependents(ObjectKey owner, JsonNode object) {
        String name = owner.name();
        return switch (owner.resource()) {
            case "namespaces" -> find(key -> key.namespace().equals(name));
            case "customresourcedefinitions.apiextensions.k8s.io" ->
                find(key -> key.resource().equals(name));
            default -> store.dependents(object.at("/metadata/uid").asText());
        };
    }

    /** Owners of an object that exist. */
    List<ObjectKey> owners(ObjectKey key, JsonNode object) {
        List<ObjectKey> owners = new ArrayList<>();
        for (String uid : Json.ownerUids(object)) {
            if (store.findByUid(uid) instanceof ObjectKey owner) {
                owners.add(owner);
            }
        }
        return owners;
    }

    /** What contains the object: its namespace, and its definition if it has one. */
    static List<ObjectKey> containers(ObjectKey key) {
        return List.of(
                new ObjectKey("namespaces", "", key.namespace()),
                new ObjectKey("customresourcedefinitions.apiextensions.k8s.io", "", key.resource()));
    }

    /** True when the object names owners and none of them exists (any more). */
    boolean orphaned(ObjectKey key, JsonNode object) {
        return !Json.ownerUids(object).isEmpty() && owners(key, object).isEmpty();
    }

    /** A copy of the object without its references to one owner. */
    static ObjectNode without(ObjectNode object, String ownerUid) {
        ObjectNode copy = object.deepCopy();
        ArrayNode kept = Json.array();
        for (JsonNode reference : object.at("/metadata/ownerReferences")) {
            if (!reference.path("uid").asText().equals(ownerUid)) {
                kept.add(reference);
            }
        }
        ObjectNode metadata = copy.withObject("/metadata");
        if (kept.isEmpty()) {
            metadata.remove("ownerReferences");
        } else {
            metadata.set("ownerReferences", kept);
        }
        return copy;
    }

    private List<ObjectKey> find(Predicate<ObjectKey> belongs) {
        List<ObjectKey> found = new ArrayList<>();
        store.forEach((key, object) -> {
            if (belongs.test(key)) {
                found.add(key);
            }
        });
        return found;
    }
}
