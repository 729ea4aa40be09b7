package io.aicc.operator.kube;

import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Conditions by the API conventions; ours have one type, {@value #READY}. */
public final class Conditions {
    public static final String READY = "Ready";

    private Conditions() {}

    /** The condition {@code Ready} of a status. */
    public static Optional<Condition> ready(@Nullable List<Condition> conditions) {
        return conditions == null
                ? Optional.empty()
                : conditions.stream()
                        .filter(condition -> READY.equals(condition.getType()))
                        .findFirst();
    }

    /**
     * The condition {@code Ready} as it has to be now; its transition time moves only when its status does.
     *
     * @param before conditions as they are
     * @param reason one CamelCase word
     * @param message a sentence for a person
     */
    public static List<Condition> ready(
            @Nullable List<Condition> before,
            boolean isReady,
            String reason,
            String message,
            @Nullable Long generation,
            Instant now) {
        String status = isReady ? "True" : "False";
        String since = ready(before)
                .filter(condition -> status.equals(condition.getStatus()))
                .map(Condition::getLastTransitionTime)
                .orElseGet(() -> now.truncatedTo(ChronoUnit.SECONDS).toString());
        return List.of(new ConditionBuilder()
                .withType(READY)
                .withStatus(status)
                .withReason(reason)
                .withMessage(message)
                .withLastTransitionTime(since)
                .withObservedGeneration(generation)
                .build());
    }
}
