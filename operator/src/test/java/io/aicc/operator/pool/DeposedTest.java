package io.aicc.operator.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import io.aicc.crd.WorkerPool;
import io.aicc.operator.control.ControlKey;
import io.aicc.operator.control.WorkerChannels;
import io.aicc.operator.kube.KubeWrites;
import io.aicc.testing.LogLines;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.reflect.Proxy;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** An operator that leads no more and is about to stop: why, {@code Leadership} says; nobody says anything else. */
class DeposedTest {
    @RegisterExtension
    final LogLines lines = LogLines.of(WorkerPoolReconciler.class, PodDeletions.class);

    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    private final AtomicInteger refused = new AtomicInteger();
    private final KubernetesClient nowhere = new KubernetesClientBuilder()
            .withConfig(new ConfigBuilder().withAutoConfigure(false).build())
            .build();
    private final KubeWrites api = new KubeWrites(nowhere, metrics, InstantSource.system(), () -> {
        refused.incrementAndGet();
        return false;
    });

    @AfterEach
    void stop() {
        api.close();
        nowhere.close();
    }

    @Test
    void aPodThatIsNotMadeIsNoFailureAndItsPortsAreFree() throws Exception {
        ControlKey key = ControlKey.generate();
        try (WarmPools pools = new WarmPools(nowhere, "calls", InstantSource.system(), new SecureRandom(), metrics);
                WorkerPoolReconciler reconciler =
                        new WorkerPoolReconciler(pools, key.publicKey(), api, "calls", InstantSource.system())) {
            pools.begin(new WorkerChannels(key, 1, InstantSource.system(), metrics), List.of());
            WarmPool pool = pools.pool("default");

            assertThat(reconciler.reconcile(twoIdle(), present()).getScheduleDelay())
                    .isPresent();
            await().until(() -> refused.get() == 3 && pool.counts().ports().leased() == 0);
            assertThat(pool.trouble()).isEmpty();
        }
        assertThatNothingIsSaid();
    }

    @Test
    void podsThatAreToGoWaitForWhoeverLeadsNext() {
        try (PodDeletions deletions = new PodDeletions(api, "calls")) {
            deletions.add(List.of("default-1"));
            await().until(() -> refused.get() > 0 && deletions.waiting() == 1);
        }
        assertThatNothingIsSaid();
    }

    private void assertThatNothingIsSaid() {
        assertThat(lines.list())
                .filteredOn(line -> line.getLevel().isGreaterOrEqual(Level.WARN))
                .isEmpty();
    }

    @SuppressWarnings("unchecked")
    private static Context<WorkerPool> present() {
        return (Context<WorkerPool>) Proxy.newProxyInstance(
                DeposedTest.class.getClassLoader(), new Class<?>[] {Context.class}, (context, asked, with) -> false);
    }

    private static WorkerPool twoIdle() {
        return Serialization.unmarshal("""
                apiVersion: aicc.io/v1alpha1
                kind: WorkerPool
                metadata: {name: default, namespace: calls, uid: "1", generation: 1, resourceVersion: "1"}
                spec:
                  warm: {min: 2, max: 2}
                  worker: {image: worker}
                  outputs: []
                """, WorkerPool.class);
    }
}
