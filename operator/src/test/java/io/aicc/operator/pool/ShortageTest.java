package io.aicc.operator.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.aicc.operator.pool.Claim.Shortage;
import org.junit.jupiter.api.Test;

/** Why a call has to wait, and what would help. */
class ShortageTest extends PoolRig {
    @Test
    void saysWhyThereIsNoWorker() {
        assertThat(shortage("s-0")).isEqualTo(Shortage.PoolNotFound);
        pool.forget("s-0");
        resource(1, 1, 2, "20000", "20003");
        assertThat(shortage("s-1")).isEqualTo(Shortage.NoWarmWorker);
        startAll();
        pool.plan();
        startAll();
        pool.claim("s-2");
        assertThat(shortage("s-3")).isEqualTo(Shortage.PortsExhausted);
        resource(1, 1, 2, "20000", "20019");
        assertThat(shortage("s-3")).isEqualTo(Shortage.MaxWorkersReached);
    }

    @Test
    void advisesWhatWouldHelp() {
        resource(1, 1, 2, "20000", "20019");
        startAll();
        pool.claim("s-1");
        pool.plan();
        assertThat(((Claim.Waiting) pool.claim("s-2")).message())
                .endsWith("1 on the way for 1 waiting calls; raise spec.warm and spec.maxWorkers for bursts like this");
        resource(1, 1, 3, "20000", "20019");
        assertThat(((Claim.Waiting) pool.claim("s-2")).message()).endsWith("raise spec.warm for bursts like this");
    }

    private Shortage shortage(String session) {
        return ((Claim.Waiting) pool.claim(session)).shortage();
    }
}
