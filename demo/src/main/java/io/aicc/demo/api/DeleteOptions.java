package io.aicc.demo.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How an object goes.
 *
 * @param graceSeconds time a pod's processes get to stop; null for the pod's own
 * @param uid the delete is meant for this incarnation only
 * @param resourceVersion the delete is meant for this state only
 */
record DeleteOptions(
        Propagation propagation,
        @Nullable Long graceSeconds,
        @Nullable String uid,
        @Nullable String resourceVersion,
        boolean dryRun) {
    static final DeleteOptions PLAIN = new DeleteOptions(Propagation.BACKGROUND, null, null, null, false);

    /** What becomes of the objects that an object owns. */
    enum Propagation {
        /** They go after it. */
        BACKGROUND,
        /** They go before it. */
        FOREGROUND,
        /** They stay, without an owner. */
        ORPHAN
    }

    /** Reads the body of a DELETE, which may be absent; the query says the same in older clients. */
    static DeleteOptions read(JsonNode body, Map<String, String> query) {
        String propagation =
                body.path("propagationPolicy").asText(query.getOrDefault("propagationPolicy", "Background"));
        String grace = body.path("gracePeriodSeconds").asText(query.getOrDefault("gracePeriodSeconds", ""));
        JsonNode preconditions = body.path("preconditions");
        try {
            return new DeleteOptions(
                    Propagation.valueOf(propagation.toUpperCase(Locale.ROOT)),
                    grace.isEmpty() ? null : Long.valueOf(grace),
                    preconditions.path("uid").textValue(),
                    preconditions.path("resourceVersion").textValue(),
                    body.path("dryRun").path(0).asText().equals("All") || "All".equals(query.get("dryRun")));
        } catch (IllegalArgumentException unknown) {
            throw Failure.badRequest("delete options not understood: " + unknown.getMessage());
        }
    }
}
