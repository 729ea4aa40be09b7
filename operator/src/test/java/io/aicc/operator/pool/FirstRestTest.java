package io.aicc.operator.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.aicc.wire.control.WorkerReport.State;
import org.junit.jupiter.api.Test;

/** Pairs of which whoever begins to lead knows nothing: of a pod that is gone, of a session that was deleted. */
class FirstRestTest extends PoolRig {
    @Test
    void noneIsGivenOutBeforeItsRestIsOverWhoeverHadIt() {
        lead(2);

        assertThat(pool.plan().make()).isEmpty();
        assertThat(pool.nextChance()).contains(now.plusSeconds(2));
        now = now.plusSeconds(2);
        assertThat(pool.plan().make()).hasSize(1);
    }

    @Test
    void aCallThatWouldWaitForItGetsAWorkerAtOnce() {
        lead(1);
        pool.claim("s-1");
        pool.claim("s-2");

        assertThat(pool.plan().make()).as("for it, and none to be idle").hasSize(1);
        assertThat(pool.plan().make()).isEmpty();
    }

    @Test
    void anIdleWorkerOfBeforeAChangeDoesNotMakeRoomMeanwhile() {
        lead(1);
        revision = "image-2";
        resource(1, 1, 10, "20000", "20007");

        assertThat(pool.plan().delete()).isEmpty();
    }

    @Test
    void aPoolThatHadNobodyBeginsAtOnce() {
        pool = restarted();
        resource(1, 1, 10, "20000", "20007");
        pool.allFound();

        assertThat(pool.plan().make()).hasSize(1);
    }

    /** One idle worker is there already. */
    private void lead(int warm) {
        pool = restarted();
        resource(warm, warm, 10, "20000", "20007");
        Worker idle = stranger("pod-a", 20_000);
        pool.allFound();
        connect(idle);
        pool.podState(idle, true, false);
        pool.reported(idle, report(State.IDLE, null));
        assertThat(pool.counts().warm()).isEqualTo(1);
    }
}
