package io.aicc.e2e.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.aicc.crd.Phase;
import io.aicc.crd.WorkerPool;
import io.aicc.crd.WorkerPoolStatus;
import io.aicc.crd.WorkerPoolStatus.PortCounts;
import io.aicc.e2e.kube.RealApiServer;
import io.aicc.runtime.Program;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeSelectorRequirement;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Toleration;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Workers on the ports of their nodes, which a real scheduler chooses: on a server of its own, for that looks at all pods. */
class NodesIT {
    private static final PatchContext MERGE = PatchContext.of(PatchType.JSON_MERGE);
    private static final int QUARANTINE_SECONDS = 4;

    private final RealApiServer server;
    private final OperatorRig rig;

    NodesIT() {
        server = RealApiServer.start();
        server.startScheduler();
        rig = new OperatorRig(server);
    }

    @AfterEach
    void stop() throws Exception {
        rig.close();
        server.close();
    }

    @Test
    void aPairIsOnEachNodeOnceAndRestsWhereItsCallWas() throws Exception {
        List.of("north", "east", "south").forEach(this::node);
        rig.pool(
                "networkMode: HostPort\n  warm: {min: 3, max: 3}, ports: {from: 20000, to: 20001, nodes: 4, quarantineSeconds: "
                        + QUARANTINE_SECONDS + "}");
        rig.client()
                .resources(WorkerPool.class)
                .inNamespace(rig.namespace())
                .withName("default")
                .patch(
                        MERGE,
                        "{\"spec\": {\"worker\": {\"scheduling\": {\"tolerations\": [{\"operator\": \"Exists\"}]}}}}");
        Program operator = rig.startOperator(rig.newClient(), Map.of());
        rig.awaitPool(pool -> Objects.equals(pool.warm(), 3));
        assertThat(nodes()).containsExactlyInAnyOrder("north", "east", "south");
        assertThat(pods()).allSatisfy(pod -> assertThat(pod.getSpec().getTolerations())
                .as("nobody adds the five minutes that a pod stays on a lost node otherwise")
                .extracting(Toleration::getTolerationSeconds)
                .containsExactly(30L, 30L, null));

        rig.create("call-1", Instant.now());
        String first = nodeOf(OperatorRig.worker(rig.awaitSession("call-1", Phase.Ready)));
        rig.awaitPool(pool -> says(pool, "spec.ports.nodes of the pool counts on 4 nodes for its workers"));
        Pod without = await("another that no node takes")
                .atMost(OperatorRig.LIMIT)
                .until(this::unplaced, Optional::isPresent)
                .orElseThrow();
        assertThat(keptOff(without)).containsExactly("east", "north", "south");

        node("west");
        rig.awaitPool(pool -> Objects.equals(pool.warm(), 3) && new PortCounts(0, 4, 0).equals(pool.ports()));
        assertThat(nodes()).containsExactlyInAnyOrder("north", "east", "south", "west");

        List<String> known = rig.pods();
        rig.hangUp("call-1");
        Instant closed = Instant.parse(Objects.requireNonNull(Objects.requireNonNull(
                                rig.awaitSession("call-1", Phase.Ended).getStatus())
                        .times())
                .mediaClosed());
        rig.create("call-2", Instant.now());
        Pod last = await("a successor")
                .atMost(OperatorRig.LIMIT)
                .until(() -> placedAfter(known), Optional::isPresent)
                .orElseThrow();
        assertThat(last.getSpec().getNodeName()).isEqualTo(first);
        assertThat(keptOff(last)).hasSize(3).doesNotContain(first);
        assertThat(created(last))
                .isAfterOrEqualTo(closed.plusSeconds(QUARANTINE_SECONDS).truncatedTo(ChronoUnit.SECONDS));

        rig.awaitPool(pool -> Objects.equals(pool.warm(), 3) && Objects.equals(pool.busy(), 1));
        List<String> before = rig.pods();
        operator.close();
        rig.startOperator();
        rig.create("call-3", Instant.now());
        assertThat(before).contains(OperatorRig.worker(rig.awaitSession("call-3", Phase.Ready)));
        rig.awaitPool(pool -> Objects.equals(pool.warm(), 2) && Objects.equals(pool.busy(), 2));
        assertThat(rig.pods()).isEqualTo(before);
    }

    private void node(String name) {
        Node node = Serialization.unmarshal("""
                apiVersion: v1
                kind: Node
                metadata: {name: %s}
                """.formatted(name), Node.class);
        rig.client().resource(node).create();
        rig.client()
                .nodes()
                .withName(name)
                .subresource("status")
                .patch(
                        MERGE,
                        "{\"status\": {\"allocatable\": {\"cpu\": \"8\", \"memory\": \"8Gi\", \"pods\": \"110\"}}}");
    }

    private List<Pod> pods() {
        return rig.client().pods().inNamespace(rig.namespace()).list().getItems();
    }

    private List<String> nodes() {
        return pods().stream().map(pod -> pod.getSpec().getNodeName()).toList();
    }

    private String nodeOf(String pod) {
        return rig.client()
                .pods()
                .inNamespace(rig.namespace())
                .withName(pod)
                .require()
                .getSpec()
                .getNodeName();
    }

    private Optional<Pod> unplaced() {
        return pods().stream()
                .filter(pod -> pod.getSpec().getNodeName() == null)
                .findFirst();
    }

    private Optional<Pod> placedAfter(List<String> known) {
        return pods().stream()
                .filter(pod -> !known.contains(pod.getMetadata().getName()))
                .filter(pod -> pod.getSpec().getNodeName() != null)
                .findFirst();
    }

    private static boolean says(WorkerPoolStatus pool, String what) {
        return pool.conditions() != null
                && pool.conditions().stream()
                        .anyMatch(condition -> condition.getMessage().contains(what));
    }

    private static List<String> keptOff(Pod pod) {
        return pod
                .getSpec()
                .getAffinity()
                .getNodeAffinity()
                .getRequiredDuringSchedulingIgnoredDuringExecution()
                .getNodeSelectorTerms()
                .getFirst()
                .getMatchFields()
                .stream()
                .map(NodeSelectorRequirement::getValues)
                .map(List::getFirst)
                .toList();
    }

    private static Instant created(Pod pod) {
        return Instant.parse(pod.getMetadata().getCreationTimestamp());
    }
}
