package io.aicc.operator.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.aicc.operator.pool.Claim.Shortage;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
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
}
