package io.aicc.e2e.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.aicc.crd.Phase;
import io.aicc.crd.WorkerPoolStatus.PortCounts;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.dsl.PodResource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Nodes are emptied around live calls: their workers stay, idle ones go. */
@ExtendWith(OperatorRigExtension.class)
class EvictionIT {
    private static final Path ROOT = Path.of(System.getProperty("aicc.root"));
    private static final String EVICTABLE = "cluster-autoscaler.kubernetes.io/safe-to-evict";

    private final KubernetesClient client;
    private final OperatorRig rig;

    EvictionIT(OperatorRig rig) {
        this.client = rig.client();
        this.rig = rig;
    }

    @Test
    void aWorkerStaysWhileItHasACallAndAnIdleOneMayGo() throws Exception {
        poolThatMarksLiveCalls();
        PodDisruptionBudget budget = client.resource(budgetOfTheChart()).create();
        rig.startOperator();
        rig.awaitPool(pool -> Objects.equals(pool.warm(), 1));

        rig.create("call-1", Instant.now());
        String live = OperatorRig.worker(rig.awaitSession("call-1", Phase.Ready));
        rig.awaitPool(pool -> Objects.equals(pool.warm(), 1) && Objects.equals(pool.busy(), 1));
        await("the disruption controller")
                .atMost(OperatorRig.LIMIT)
                .until(() ->
                        Objects.equals(client.resource(budget).get().getStatus().getCurrentHealthy(), 1));
        String idle = client.pods().inNamespace(rig.namespace()).list().getItems().stream()
                .map(pod -> pod.getMetadata().getName())
                .filter(name -> !name.equals(live))
                .findFirst()
                .orElseThrow();

        assertThat(pod(live).get().getMetadata().getAnnotations()).containsEntry(EVICTABLE, "false");
        assertThat(pod(idle).get().getMetadata().getAnnotations()).containsEntry(EVICTABLE, "true");
        try (KubernetesClient drain = impatient()) {
            var pods = drain.pods().inNamespace(rig.namespace());
            assertThat(pods.withName(live).evict()).isFalse();
            assertThat(pods.withName(idle).evict()).isTrue();
        }

        rig.hangUp("call-1");
        rig.awaitSession("call-1", Phase.Ended);
        await("the operator itself takes it away")
                .atMost(OperatorRig.LIMIT)
                .until(() -> pod(live).get() == null);
    }

    @Test
    void aMarkThatSomebodyTakesOffALivePodIsPutBack() throws Exception {
        poolThatMarksLiveCalls();
        rig.startOperator();
        rig.create("call-1", Instant.now());
        String live = OperatorRig.worker(rig.awaitSession("call-1", Phase.Ready));
        awaitMarked(live);

        merge(live, "{\"metadata\": {\"labels\": {\"aicc.io/live\": null}}}");
        awaitMarked(live);
        merge(live, "{\"metadata\": {\"annotations\": {\"%s\": \"true\"}}}".formatted(EVICTABLE));
        awaitMarked(live);
    }

    @Test
    void aCallWhoseWorkerIsEvictedGoesOnWithAnotherOne() throws Exception {
        rig.pool("warm: {min: 1, max: 1}, ports: {from: 20000, to: 20007, quarantineSeconds: 0}");
        rig.startOperator();
        rig.create("call-1", Instant.now());
        String evicted = OperatorRig.worker(rig.awaitSession("call-1", Phase.Ready));

        assertThat(pod(evicted).evict()).as("no budget protects it").isTrue();

        assertThat(Objects.requireNonNull(rig.awaitGeneration("call-1", 2).worker())
                        .pod())
                .isNotEqualTo(evicted);
        rig.awaitReason("call-1", "WorkerReplaced");
        rig.awaitPool(pool -> Objects.equals(pool.warm(), 1) && new PortCounts(2, 2, 0).equals(pool.ports()));
    }

    private void poolThatMarksLiveCalls() {
        rig.pool("warm: {min: 1, max: 1}, ports: {from: 20000, to: 20007, quarantineSeconds: 0}");
        rig.markLiveCalls();
    }

    private void merge(String pod, String patch) {
        pod(pod).patch(PatchContext.of(PatchType.JSON_MERGE), patch);
    }

    private void awaitMarked(String pod) {
        await(pod + " is marked").atMost(OperatorRig.LIMIT).until(() -> {
            ObjectMeta meta = pod(pod).get().getMetadata();
            return "true".equals(meta.getLabels().get("aicc.io/live"))
                    && "false".equals(meta.getAnnotations().get(EVICTABLE));
        });
    }

    /** A refusal says when to ask again, and clients do. */
    private KubernetesClient impatient() {
        Config config = new ConfigBuilder(
                        Config.fromKubeconfig(rig.server().kubeconfig().toFile()))
                .withRequestRetryBackoffLimit(0)
                .build();
        return new KubernetesClientBuilder().withConfig(config).build();
    }

    private PodResource pod(String name) {
        return client.pods().inNamespace(rig.namespace()).withName(name);
    }

    private PodDisruptionBudget budgetOfTheChart() {
        String yaml = rig.server()
                .helm(
                        "template",
                        "aicc",
                        ROOT.resolve("helm/aicc").toString(),
                        "--namespace",
                        rig.namespace(),
                        "-f",
                        ROOT.resolve("e2e/src/test/resources/helm/required.yaml")
                                .toString(),
                        "--show-only",
                        "templates/worker-disruption.yaml")
                .orFail();
        return Serialization.unmarshal(yaml, PodDisruptionBudget.class);
    }
}
