package io.aicc.demo.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Comparator;

/** Where an object is kept; the namespace is empty for cluster-wide kinds. Sorted so that a list is one range. */
record ObjectKey(String resource, String namespace, String name) implements Comparable<ObjectKey> {
    private static final Comparator<ObjectKey> ORDER = Comparator.comparing(ObjectKey::resource)
            .thenComparing(ObjectKey::namespace)
            .thenComparing(ObjectKey::name);

    static ObjectKey of(ResourceKind kind, JsonNode object) {
        JsonNode metadata = object.path("metadata");
        return new ObjectKey(
                kind.resource(),
                kind.namespaced() ? metadata.path("namespace").asText() : "",
                metadata.path("name").asText());
    }

    @Override
    public int compareTo(ObjectKey other) {
        return ORDER.compare(this, other);
    }
}
