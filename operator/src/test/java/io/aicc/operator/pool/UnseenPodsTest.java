package io.aicc.operator.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.aicc.wire.control.WorkerReport;
import io.aicc.wire.control.WorkerReport.State;
import org.junit.jupiter.api.Test;

/** Pods that the watch shows no more, while their workers speak. */
class UnseenPodsTest extends PoolRig {
    @Test
    void aWorkerWhosePodLostItsLabelsIsDeletedAndHeardToItsEnd() {
        resource(1, 1, 10, "20000", "20019");
        Worker worker = startAll().getFirst();
        pool.claim("s-1");
        pool.reported(worker, heard(100, 3, State.ACTIVE));

        assertThat(pool.unseen(worker.pod())).isEqualTo("s-1");
        assertThat(pool.serving("s-1")).isEmpty();
        assertThat(pool.plan().delete()).containsExactly(worker.pod());
        assertThat(pool.delivering("s-1")).isTrue();
        pool.reported(worker, heard(120, 1, State.DRAINING));
        pool.reported(worker, heard(120, 0, State.DONE));
        assertThat(pool.delivering("s-1")).isFalse();
        assertThat(pool.account("s-1").orElseThrow().report())
                .returns(120L, sum -> sum.customer().received())
                .returns(0L, WorkerReport::undelivered);

        assertThat(pool.bury()).isEmpty();
        heard = false;
        assertThat(pool.bury()).containsExactly(worker);
        assertThat(pool.worker(worker.pod())).isEmpty();
        assertThat(pool.plan().delete()).isEmpty();
    }

    @Test
    void aWorkerThatWasToldToGoGoesWithItsPod() {
        resource(1, 1, 10, "20000", "20019");
        Worker worker = startAll().getFirst();
        pool.claim("s-1");
        pool.reported(worker, report(State.ACTIVE, "s-1"));
        pool.reported(worker, report(State.DONE, "s-1"));
        pool.dismiss(worker);

        pool.unseen(worker.pod());

        assertThat(pool.worker(worker.pod())).as("its place is free at once").isEmpty();
    }
}
