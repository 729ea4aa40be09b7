package io.aicc.operator.kube;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ConditionsTest {
    private static final Instant NOON = Instant.parse("2026-01-31T12:00:00.123456Z");

    @Test
    void saysWhatWhyAndOfWhichGeneration() {
        assertThat(at(NOON, null, true, "WarmBufferFull", "2 of 2 idle workers ready", 7L))
                .isEqualTo(new ConditionBuilder()
                        .withType("Ready")
                        .withStatus("True")
                        .withReason("WarmBufferFull")
                        .withMessage("2 of 2 idle workers ready")
                        .withLastTransitionTime("2026-01-31T12:00:00Z")
                        .withObservedGeneration(7L)
                        .build());
    }

    @Test
    void itsTimeMovesOnlyWhenItsStatusDoes() {
        Condition first = at(NOON, null, false, "Filling", "0 of 2", 1L);
        Condition otherReason = at(NOON.plusSeconds(5), List.of(first), false, "PortsExhausted", "none free", 2L);
        assertThat(otherReason)
                .returns("2026-01-31T12:00:00Z", Condition::getLastTransitionTime)
                .returns("PortsExhausted", Condition::getReason)
                .returns("none free", Condition::getMessage)
                .returns(2L, Condition::getObservedGeneration);
        Condition ready = at(NOON.plusSeconds(9), List.of(otherReason), true, "WarmBufferFull", "2 of 2", 2L);
        assertThat(ready.getLastTransitionTime()).isEqualTo("2026-01-31T12:00:09Z");
    }

    @Test
    void aConditionOfAnotherTypeSaysNothingOfOurs() {
        Condition other = new ConditionBuilder()
                .withType("Other")
                .withStatus("True")
                .withLastTransitionTime("2020-01-01T00:00:00Z")
                .build();
        assertThat(Conditions.ready(List.of(other))).isEmpty();
        assertThat(at(NOON, List.of(other), true, "WarmBufferFull", "", 1L).getLastTransitionTime())
                .isEqualTo("2026-01-31T12:00:00Z");
    }

    private static Condition at(
            Instant now,
            @Nullable List<Condition> before,
            boolean ready,
            String reason,
            String message,
            Long generation) {
        return Conditions.ready(Conditions.ready(before, ready, reason, message, generation, now))
                .orElseThrow();
    }
}
