package io.aicc.operator.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.aicc.crd.WorkerPoolSpec;
import io.fabric8.kubernetes.api.model.Toleration;
import java.util.List;
import org.junit.jupiter.api.Test;

class TolerationsTest {
    private static final String UNREACHABLE = "node.kubernetes.io/unreachable";
    private static final Toleration NOT_READY_FOR_HALF_A_MINUTE =
            new Toleration("NoExecute", "node.kubernetes.io/not-ready", "Exists", 30L, null);
    private static final Toleration UNREACHABLE_FOR_HALF_A_MINUTE =
            new Toleration("NoExecute", UNREACHABLE, "Exists", 30L, null);

    @Test
    void aPodLeavesALostNodeAfterHalfAMinute() {
        assertThat(Tolerations.of(null)).containsExactly(NOT_READY_FOR_HALF_A_MINUTE, UNREACHABLE_FOR_HALF_A_MINUTE);
    }

    @Test
    void aPoolThatBearsEveryTaintDoesNotStayOnALostNode() {
        assertThat(Tolerations.of(List.of(new WorkerPoolSpec.Toleration(null, "Exists", null, null))))
                .as("the first that fits a taint counts")
                .containsExactly(
                        NOT_READY_FOR_HALF_A_MINUTE,
                        UNREACHABLE_FOR_HALF_A_MINUTE,
                        new Toleration(null, null, "Exists", null, null));
    }

    @Test
    void whatThePoolSaysOfALostNodeByNameHolds() {
        var stays = new WorkerPoolSpec.Toleration(UNREACHABLE, "Exists", null, "NoExecute");

        assertThat(Tolerations.of(List.of(stays)))
                .containsExactly(
                        NOT_READY_FOR_HALF_A_MINUTE, new Toleration("NoExecute", UNREACHABLE, "Exists", null, null));
    }

    @Test
    void thatNewPodsMayComeToSuchANodeSaysNothingOfThoseThatAreThere() {
        var comes = new WorkerPoolSpec.Toleration(UNREACHABLE, "Exists", null, "NoSchedule");

        assertThat(Tolerations.of(List.of(comes)))
                .contains(UNREACHABLE_FOR_HALF_A_MINUTE)
                .hasSize(3);
    }
}
