package io.aicc.operator.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.aicc.wire.control.WorkerReport.State;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Calls that idle workers would not have. */
class WarmPoolRefusalsTest extends PoolRig {
    @Test
    void whoRefusesTwoCallsThatAnotherTakesGetsNoMore() {
        resource(1, 1, 10, "20000", "20019");
        Worker refuser = startAll().getFirst();
        for (String session : List.of("s-1", "s-2")) {
            assertThat(refuser.leaving()).isFalse();
            assertThat(pool.claim(session)).isEqualTo(new Claim.Granted(refuser));
            List<Staffing.Making> made = pool.plan().make();
            pool.refused(refuser);
            pool.reported(refuser, report(State.IDLE, null));
            Worker other = start(made.getFirst());
            assertThat(pool.claim(session)).isEqualTo(new Claim.Granted(other));
            pool.taken(session, other);
        }
        assertThat(refuser.leaving()).isTrue();
    }

    @Test
    void anotherWorkerIsMadeForACallThatTheOnlyOneRefused() {
        resource(1, 1, 10, "20000", "20019");
        Worker refuser = startAll().getFirst();
        for (int times = 0; times < 3; times++) { // So fast that no plan is made while it has the call.
            assertThat(pool.claim("s-1")).isEqualTo(new Claim.Granted(refuser));
            pool.refused(refuser);
            pool.reported(refuser, report(State.IDLE, null));
        }
        Worker other = start(pool.plan().make().getFirst());
        assertThat(pool.plan().make()).as("one is enough").isEmpty();

        assertThat(pool.claim("s-1")).isEqualTo(new Claim.Granted(other));
        pool.taken("s-1", other);
        assertThat(pool.plan().make()).as("the one that is idle will do").isEmpty();
    }

    @Test
    void whoRefusedACallGetsItAgainWhenThereIsNobodyElse() {
        resource(1, 1, 1, "20000", "20019");
        Worker refuser = startAll().getFirst();
        pool.claim("s-1");
        pool.refused(refuser);
        pool.reported(refuser, report(State.IDLE, null));

        assertThat(pool.claim("s-1")).isEqualTo(new Claim.Granted(refuser));
    }
}
