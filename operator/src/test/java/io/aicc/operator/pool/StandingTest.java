package io.aicc.operator.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.aicc.operator.pool.Claim.Shortage;
import io.aicc.operator.pool.Staffing.Counts;
import io.aicc.operator.port.PortLeases;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class StandingTest {
    private static final Claim.Waiting NONE_WARM = new Claim.Waiting(Shortage.NoWarmWorker, "none warm");

    @Test
    void aPoolIsReadyWhenItsBufferIsFull() {
        assertThat(standing(2, 0, Optional.empty()))
                .isEqualTo(new Standing(true, "WarmBufferFull", "2 of 2 idle workers ready"));
    }

    @Test
    void aRollOutIsToldWhileItGoesOn() {
        assertThat(standing(2, 1, Optional.empty()))
                .isEqualTo(new Standing(
                        true, "RollingOut", "2 of 2 idle workers ready, 1 of them from before the last change"));
    }

    @Test
    void aFullBufferOfOldWorkersDoesNotHideThatNewOnesDoNotStart() {
        assertThat(standing(2, 2, Optional.of("pod p failed: no such image")))
                .isEqualTo(new Standing(
                        false,
                        "RolloutStuck",
                        "2 of 2 idle workers ready, 2 of them from before the last change,"
                                + " and new ones do not start: pod p failed: no such image"));
    }

    @Test
    void aBufferThatIsNotFullSaysWhy() {
        assertThat(standing(1, 0, Optional.empty()))
                .isEqualTo(new Standing(false, "Filling", "1 of 2 idle workers ready, 0 on the way, 0 calls wait"));
        assertThat(standing(1, 0, Optional.of("pod p failed")))
                .isEqualTo(new Standing(false, "WorkersFail", "pod p failed"));
        assertThat(Standing.of(counts(1, 0), Optional.empty(), new Claim.Waiting(Shortage.PortsExhausted, "no port"))
                        .reason())
                .isEqualTo("PortsExhausted");
    }

    @Test
    void aChangeThatIsNotMadeIsToldAfterWhatIsWorse() {
        Optional<String> refusal = Optional.of("spec is not applied: no such class");

        assertThat(standing(2, 0, Optional.empty()).but(refusal))
                .isEqualTo(new Standing(
                        false, "ChangeRefused", "spec is not applied: no such class; 2 of 2 idle workers ready"));
        assertThat(standing(1, 0, Optional.empty()).but(refusal).reason()).isEqualTo("ChangeRefused");
        assertThat(standing(1, 0, Optional.of("pod p failed")).but(refusal))
                .isEqualTo(new Standing(false, "WorkersFail", "pod p failed; spec is not applied: no such class"));
        assertThat(standing(2, 0, Optional.empty()).but(Optional.empty())).isEqualTo(standing(2, 0, Optional.empty()));
    }

    private static Standing standing(int warm, int outdated, Optional<String> trouble) {
        return Standing.of(counts(warm, outdated), trouble, NONE_WARM);
    }

    private static Counts counts(int warm, int outdated) {
        return new Counts(warm, outdated, 0, 0, 0, 2, new PortLeases.Counts(8, 2, 0));
    }
}
