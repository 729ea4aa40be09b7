package io.aicc.operator.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.aicc.crd.WorkerPool;
import io.aicc.operator.pool.Claim.Shortage;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.security.SecureRandom;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;

class WarmPoolsTest {
    @Test
    void sessionsThatNameAnyPoolLeaveNothingBehind() {
        try (KubernetesClient nobody = new KubernetesClientBuilder()
                        .withConfig(new ConfigBuilder().build())
                        .build();
                WarmPools pools = new WarmPools(
                        nobody, "calls", InstantSource.system(), new SecureRandom(), new SimpleMeterRegistry())) {
            pools.pool("default");
            for (String name : new String[] {"made-up-1", "made-up-2"}) {
                assertThat(pools.claim(name, "s-1"))
                        .isInstanceOfSatisfying(Claim.Waiting.class, waiting -> assertThat(waiting.shortage())
                                .isEqualTo(Shortage.PoolNotFound));
                assertThat(pools.serving(name, "s-1")).isEmpty();
                assertThat(pools.account(name, "s-1")).isEmpty();
                assertThat(pools.resource(name)).isEmpty();
                pools.forget(name, "s-1");
            }
            assertThat(pools.names()).containsExactly("default");
        }
    }

    @Test
    void aPoolWithoutIdleWorkersIsSeenBesideOneThatHasSome() {
        SimpleMeterRegistry metrics = new SimpleMeterRegistry();
        try (KubernetesClient nobody = new KubernetesClientBuilder()
                        .withConfig(new ConfigBuilder().build())
                        .build();
                WarmPools pools = new WarmPools(nobody, "calls", InstantSource.system(), new SecureRandom(), metrics)) {
            for (String name : new String[] {"large", "empty"}) {
                pools.pool(name).resource(Serialization.unmarshal("""
                        apiVersion: aicc.io/v1alpha1
                        kind: WorkerPool
                        metadata: {name: any}
                        spec:
                          warm: {min: 1}
                          worker: {image: worker}
                        """, WorkerPool.class), "revision");
            }
            var unused = pools.pool("large").plan();

            assertThat(value(metrics, "aicc_workers", "large", "starting")).isEqualTo(1);
            assertThat(value(metrics, "aicc_workers", "empty", "starting")).isZero();
            assertThat(value(metrics, "aicc_port_pairs", "large", "leased")).isEqualTo(1);
            assertThat(value(metrics, "aicc_port_pairs", "empty", "leased")).isZero();
            assertThat(metrics.get("aicc_workers_wanted")
                            .tag("pool", "empty")
                            .gauge()
                            .value())
                    .isEqualTo(1);
            pools.pool("empty").abandon();
            assertThat(metrics.get("aicc_workers_wanted")
                            .tag("pool", "empty")
                            .gauge()
                            .value())
                    .as("nobody is woken for a pool that is gone")
                    .isZero();
        }
    }

    private static double value(SimpleMeterRegistry metrics, String name, String pool, String state) {
        return metrics.get(name).tags("pool", pool, "state", state).gauge().value();
    }
}
