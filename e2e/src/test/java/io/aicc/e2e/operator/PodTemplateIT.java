package io.aicc.e2e.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.aicc.crd.Phase;
import io.aicc.crd.WorkerPool;
import io.aicc.crd.WorkerPoolStatus;
import io.aicc.runtime.Program;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** A template that must not be, while calls come and the operator is replaced. */
@ExtendWith(OperatorRigExtension.class)
@Execution(ExecutionMode.CONCURRENT)
class PodTemplateIT {
    private static final String TEAM = "team";
    private static final PatchContext MERGE = PatchContext.of(PatchType.JSON_MERGE);

    private final OperatorRig rig;
    private final KubernetesClient client;

    PodTemplateIT(OperatorRig rig) {
        this.rig = rig;
        this.client = rig.client();
    }

    @Test
    void theLastGoodTemplateHoldsWhileTheNextIsRefusedThoughTheOperatorIsReplaced() throws Exception {
        rig.pool("warm: {min: 2, max: 2}");
        Program first = rig.startOperator(rig.newClient(), Map.of());
        template("{\"metadata\": {\"labels\": {\"team\": \"voice\"}}}");
        awaitIdle("voice", "WarmBufferFull");

        template("{\"spec\": {\"hostNetwork\": true}}");
        rig.awaitPool(says("ChangeRefused"));
        List<String> idle = rig.pods();
        first.close();
        rig.startOperator();
        rig.create("call-1", Instant.now());
        String busy = OperatorRig.worker(rig.awaitSession("call-1", Phase.Ready));
        await("a worker in its place")
                .atMost(OperatorRig.LIMIT)
                .until(() -> rig.pods().size() == 3);
        rig.awaitPool(says("ChangeRefused").and(status -> Integer.valueOf(2).equals(status.warm())));
        assertThat(rig.pods()).containsAll(idle).contains(busy);
        assertThat(teams()).containsOnly("voice");

        template("{\"metadata\": {\"labels\": {\"team\": \"data\"}}, \"spec\": null}");
        rig.resource("call-1").delete();
        awaitIdle("data", "WarmBufferFull");
    }

    @Test
    void whatSomebodyWroteIntoTheStatusIsNoTemplateUnlessItMayBeOne() throws Exception {
        rig.pool("warm: {min: 1, max: 1}");
        pool().subresource("status")
                .patch(
                        MERGE,
                        "{\"status\": {\"applied\": {\"outputs\": [], \"worker\": {\"image\": \"forged:1\","
                                + " \"podTemplate\": {\"metadata\": {\"labels\": {\"team\": \"forged\"}},"
                                + " \"spec\": {\"hostPID\": true}}}}}}");
        template("{\"spec\": {\"hostNetwork\": true}}");
        rig.startOperator();

        rig.awaitPool(says("ChangeRefused").and(status -> Integer.valueOf(1).equals(status.warm())));
        assertThat(teams()).containsExactly("");
    }

    private void awaitIdle(String team, String reason) {
        await("idle workers of " + team).atMost(OperatorRig.LIMIT).untilAsserted(() -> assertThat(teams())
                .containsExactly(team, team));
        rig.awaitPool(says(reason)
                .and(status -> status.applied() != null
                        && Objects.toString(status.applied()).contains("team=" + team)));
    }

    private static Predicate<WorkerPoolStatus> says(String reason) {
        return status -> Objects.requireNonNullElse(status.conditions(), List.<Condition>of()).stream()
                .anyMatch(condition -> condition.getReason().equals(reason));
    }

    /** What the label of each pod says; nothing where it has none. */
    private List<String> teams() {
        return client.pods().inNamespace(rig.namespace()).list().getItems().stream()
                .map(Pod::getMetadata)
                .map(meta -> meta.getLabels().getOrDefault(TEAM, ""))
                .toList();
    }

    private void template(String merge) {
        pool().patch(MERGE, "{\"spec\": {\"worker\": {\"podTemplate\": %s}}}".formatted(merge));
    }

    private Resource<WorkerPool> pool() {
        return client.resources(WorkerPool.class).inNamespace(rig.namespace()).withName("default");
    }
}
