package io.aicc.operator.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.aicc.crd.WorkerPool;
import io.fabric8.kubernetes.client.utils.Serialization;
import org.junit.jupiter.api.Test;

class PoolSizeTest {
    /** A real API server refuses such a pool; where one got in all the same, no pair is given out twice. */
    @Test
    void aPairThatIsAPodsOwnIsLeasedOnceHoweverManyNodesAreCountedOn() {
        assertThat(of("networkMode: PodIP").nodes()).isEqualTo(1);
        assertThat(of("").nodes()).isEqualTo(1);
        assertThat(of("networkMode: HostPort").nodes()).isEqualTo(3);
    }

    private static PoolSize of(String mode) {
        return PoolSize.of(
                Serialization.unmarshal("""
                spec:
                  ports: {nodes: 3}
                  %s
                """.formatted(mode), WorkerPool.class).getSpec());
    }
}
