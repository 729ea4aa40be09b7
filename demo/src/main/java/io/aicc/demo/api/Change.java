package io.aicc.demo.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What one write did to one object.
 *
 * @param before the object as it was, absent for a new one
 * @param after the object as it is, or as it was last when {@code removed}; carries the revision either way
 */
record Change(long revision, ObjectKey key, @Nullable ObjectNode before, ObjectNode after, boolean removed) {

    /** How a watch tells it. */
    record Event(String type, ObjectNode object) {}

    /** What a watch of that selection must hear: an object that leaves the selection is deleted as far as it can tell. */
    @Nullable
    Event seenThrough(Selector selector) {
        boolean was = before != null && selector.matches(before);
        boolean is = !removed && selector.matches(after);
        if (is) {
            return new Event(was ? "MODIFIED" : "ADDED", after);
        }
        return was ? new Event("DELETED", removed ? after : lastSeen()) : null;
    }

    private ObjectNode lastSeen() {
        ObjectNode last = Json.withOwnMetadata(Objects.requireNonNull(before));
        last.withObject("/metadata").put("resourceVersion", Long.toString(revision));
        return last;
    }
}
