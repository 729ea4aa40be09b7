package io.aicc.e2e.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.aicc.crd.CallSession;
import io.aicc.crd.CallSessionStatus;
import io.aicc.crd.CallSessionStatus.Earlier;
import io.aicc.crd.CallSessionStatus.Stream;
import io.aicc.crd.Phase;
import io.aicc.demo.played.PlayedWorker;
import io.aicc.runtime.Program;
import io.aicc.wire.MicroTime;
import io.aicc.wire.control.CallAssignment;
import io.aicc.wire.control.WorkerReport.State;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.javaoperatorsdk.operator.api.config.ConfigurationService;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Workers that are lost, restarted, slow, silent or of another opinion: what becomes of their calls. */
@ExtendWith(OperatorRigExtension.class)
@Execution(ExecutionMode.CONCURRENT)
class FaultyWorkersIT {
    private final OperatorRig rig;
    private final KubernetesClient client;

    FaultyWorkersIT(OperatorRig rig) {
        this.rig = rig;
        this.client = rig.client();
    }

    @Test
    void aLostPodIsReplacedInMidCallAndTheTapIsToldByTheGeneration() throws Exception {
        rig.pool("warm: {min: 1, max: 1}, ports: {from: 20000, to: 20007, quarantineSeconds: 0}");
        rig.startOperator();
        rig.create("call-1", Instant.now());
        CallSession before = rig.awaitSession("call-1", Phase.Ready);
        client.pods()
                .inNamespace(rig.namespace())
                .withName(OperatorRig.worker(before))
                .delete();

        await().atMost(OperatorRig.LIMIT)
                .untilAsserted(() -> assertThat(rig.session("call-1").getStatus())
                        .extracting(CallSessionStatus::mediaEndpoint)
                        .hasFieldOrPropertyWithValue("generation", 2));
        CallSession after = rig.session("call-1");
        assertThat(OperatorRig.worker(after)).isNotEqualTo(OperatorRig.worker(before));
        assertThat(OperatorRig.condition(after))
                .hasValueSatisfying(now -> assertThat(now.getReason()).isEqualTo("WorkerReplaced"));
        assertThat(rig.workers().in(OperatorRig.worker(after)).call())
                .hasFieldOrPropertyWithValue("generation", 2)
                .extracting(CallAssignment::readyAt)
                .isEqualTo(OperatorRig.readyAt(before));
    }

    @Test
    void aWorkerRestartedInPlaceIsHandedItsCallAgain() throws Exception {
        rig.pool("warm: {min: 1, max: 1}");
        rig.startOperator();
        rig.create("call-1", Instant.now());
        CallSession ready = rig.awaitSession("call-1", Phase.Ready);
        PlayedWorker worker = rig.workers().in(OperatorRig.worker(ready));
        worker.says(State.ACTIVE);
        rig.awaitSession("call-1", Phase.Active);
        worker.forgets();

        await().atMost(OperatorRig.LIMIT).until(() -> worker.call() != null);
        await().atMost(OperatorRig.LIMIT).untilAsserted(() -> assertThat(OperatorRig.condition(rig.session("call-1")))
                .hasValueSatisfying(now -> assertThat(now.getReason()).isEqualTo("WorkerRestarted")));
        assertThat(rig.session("call-1").getStatus())
                .extracting(CallSessionStatus::mediaEndpoint)
                .isEqualTo(Objects.requireNonNull(ready.getStatus()).mediaEndpoint());
        var unused = rig.hangUp("call-1");
        assertThat(rig.awaitSession("call-1", Phase.Ended).getStatus().summary())
                .as("what it had counted before its restart is in the totals")
                .isEqualTo(new CallSessionStatus.Summary(
                        4_000, 200, 180, 2, 4, 6, Map.of("late", 4L, "source", 6L), 14, 0, 120, 1, "CustomerHangup"));
    }

    @Test
    void whatALostPodCountedOutlivesTheOperatorThatHeardIt() throws Exception {
        rig.pool("warm: {min: 1, max: 1}");
        Program first = rig.startOperator(rig.newClient(), Map.of());
        rig.create("call-1", Instant.now());
        String pod = OperatorRig.worker(rig.awaitSession("call-1", Phase.Ready));
        rig.workers().in(pod).stillHas(3);
        rig.workers().in(pod).says(State.ACTIVE);
        rig.awaitSession("call-1", Phase.Active);
        client.pods().inNamespace(rig.namespace()).withName(pod).delete();
        CallSessionStatus taken = rig.awaitGeneration("call-1", 2);
        assertThat(taken.earlier())
                .isEqualTo(new Earlier(
                        1, new Stream(100, 1, 2, Map.of("source", 3L)), new Stream(90, 0, 0, Map.of()), 7, 3));
        first.close();
        rig.startOperator();
        rig.workers().in(Objects.requireNonNull(taken.worker()).pod()).says(State.ACTIVE);
        var unused = rig.hangUp("call-1");

        CallSession ended = rig.awaitSession("call-1", Phase.Ended);
        assertThat(ended.getStatus().summary())
                .isEqualTo(new CallSessionStatus.Summary(
                        4_000, 200, 180, 2, 4, 6, Map.of("late", 4L, "source", 6L), 14, 3, 120, 1, "CustomerHangup"));
        assertThat(OperatorRig.condition(ended)).hasValueSatisfying(now -> {
            assertThat(now.getReason()).isEqualTo("WorkerLost");
            assertThat(now.getMessage()).startsWith("3 finals went with a pod that was lost");
        });
    }

    @Test
    void aWorkerThatFallsSilentIsToldAndSoIsThatItIsBack() throws Exception {
        rig.pool("warm: {min: 1, max: 1}");
        rig.startOperator();
        rig.create("call-1", Instant.now());
        CallSession ready = rig.awaitSession("call-1", Phase.Ready);
        PlayedWorker worker = rig.workers().in(OperatorRig.worker(ready));
        worker.freezes(true);
        Instant frozen = Instant.now();

        rig.awaitReason("call-1", "WorkerSilent");
        assertThat(Duration.between(frozen, Instant.now())).isLessThan(Duration.ofSeconds(15));
        assertThat(OperatorRig.condition(rig.session("call-1")))
                .hasValueSatisfying(now -> assertThat(now.getStatus()).isEqualTo("False"));
        worker.freezes(false);
        rig.awaitReason("call-1", "WorkerReady");
        assertThat(rig.session("call-1").getStatus().mediaEndpoint())
                .as("nobody took its call away")
                .isEqualTo(ready.getStatus().mediaEndpoint());
    }

    @Test
    void anIdleWorkerThatDoesNotStayUpIsReplaced() throws Exception {
        rig.pool("warm: {min: 1, max: 1}");
        rig.startOperator();
        rig.awaitPool(pool -> Objects.equals(pool.warm(), 1));
        Pod pod = client.pods().inNamespace(rig.namespace()).list().getItems().getFirst();
        client.resource(pod).subresource("status").patch(PatchContext.of(PatchType.JSON_MERGE), """
                {"status": {"conditions": [{"type": "Ready", "status": "False"}],
                            "containerStatuses": [{"name": "worker", "image": "w", "imageID": "w", "ready": false,
                              "restartCount": 4, "state": {"waiting": {"reason": "CrashLoopBackOff"}}}]}}""");

        await().atMost(OperatorRig.LIMIT).untilAsserted(() -> assertThat(
                        client.pods().inNamespace(rig.namespace()).list().getItems())
                .singleElement()
                .extracting(next -> next.getMetadata().getName())
                .isNotEqualTo(pod.getMetadata().getName()));
        rig.awaitPool(pool -> Objects.equals(pool.warm(), 1));
    }

    @Test
    void aWorkerThatHasTheCallIsNotReplacedBecauseItAnswersSlowly() throws Exception {
        rig.pool("warm: {min: 2, max: 2}");
        rig.startOperator();
        rig.create("call-1", Instant.now());
        CallSession ready = rig.awaitSession("call-1", Phase.Ready);
        PlayedWorker worker = rig.workers().in(OperatorRig.worker(ready));
        worker.hesitates(true);
        rig.patch("call-1", "{\"spec\":{\"mediaSources\":{\"customer\":\"10.0.0.9:4000\"}}}");
        await().during(Duration.ofSeconds(5)) // It is told again and again, for two seconds each.
                .atMost(OperatorRig.LIMIT)
                .until(() -> OperatorRig.worker(rig.awaitSession("call-1", Phase.Ready))
                        .equals(OperatorRig.worker(ready)));

        worker.hesitates(false);
        await().atMost(OperatorRig.LIMIT).untilAsserted(() -> assertThat(worker.call())
                .hasFieldOrPropertyWithValue("customerSource", "10.0.0.9:4000"));
        assertThat(OperatorRig.worker(rig.awaitSession("call-1", Phase.Ready))).isEqualTo(OperatorRig.worker(ready));
    }

    @Test
    void workersThatAreAllSlowToTakeTheirCallsAreNotReplacedWhileTheyLive() throws Exception {
        rig.pool("warm: {min: 8, max: 8}");
        rig.startOperator();
        rig.awaitPool(pool -> Objects.equals(pool.warm(), 8));
        List<String> pods = rig.pods();
        pods.forEach(pod -> rig.workers().in(pod).hesitates(true));
        for (int call = 1; call <= 8; call++) {
            rig.create("call-" + call, Instant.now());
        }

        await().during(Duration.ofSeconds(6)).atMost(OperatorRig.LIMIT).until(() -> rig.pods()
                .containsAll(pods));
        pods.forEach(pod -> rig.workers().in(pod).hesitates(false));
        for (int call = 1; call <= 8; call++) {
            assertThat(pods).contains(OperatorRig.worker(rig.awaitSession("call-" + call, Phase.Ready)));
        }
    }

    @Test
    void aWorkerThatHangsIsReplacedAfterTwoTriesByOneOfAnotherGeneration() throws Exception {
        rig.pool("warm: {min: 1, max: 1}");
        rig.startOperator();
        rig.awaitPool(pool -> Objects.equals(pool.warm(), 1));
        String pod = rig.pods().getFirst();
        PlayedWorker hanging = rig.workers().in(pod);
        hanging.freezes(true);
        hanging.hesitates(true);
        Instant asked = Instant.now();
        rig.create("call-1", asked);

        CallSession ready = rig.awaitSession("call-1", Phase.Ready);
        assertThat(OperatorRig.worker(ready)).isNotEqualTo(pod);
        assertThat(Duration.between(asked, MicroTime.parse(OperatorRig.readyAt(ready))))
                .isLessThan(Duration.ofSeconds(8));
        hanging.hesitates(false);
        CallAssignment late =
                await("an order that was on its way").atMost(OperatorRig.LIMIT).until(hanging::call, Objects::nonNull);
        assertThat(late.generation())
                .isLessThan(Objects.requireNonNull(ready.getStatus().mediaEndpoint())
                        .generation());
    }

    /** Each takes two seconds of whoever tells it: twice as many as look at sessions would let a new one wait for them. */
    @Test
    void workersThatHangWhenTheirCallsEndKeepNoNewCallWaiting() throws Exception {
        int hung = 2 * ConfigurationService.DEFAULT_RECONCILIATION_THREADS_NUMBER;
        int others = 3;
        rig.pool("warm: {min: %1$d, max: %1$d, percent: 0}, maxWorkers: %1$d".formatted(hung + others));
        rig.startOperator();
        rig.awaitPool(pool -> Objects.equals(pool.warm(), hung + others));
        for (int call = 1; call <= hung; call++) {
            rig.create("call-" + call, Instant.now());
        }
        for (int call = 1; call <= hung; call++) {
            String pod = OperatorRig.worker(rig.awaitSession("call-" + call, Phase.Ready));
            rig.workers().in(pod).hesitates(true);
        }
        for (int call = 1; call <= hung; call++) {
            rig.hangUp("call-" + call);
        }
        Duration fastest = Duration.ofDays(1);
        for (int other = 1; other <= others; other++) { // One alone may wait for the processor.
            Instant asked = Instant.now();
            rig.create("other-" + other, asked);
            Instant ready = MicroTime.parse(OperatorRig.readyAt(rig.awaitSession("other-" + other, Phase.Ready)));
            fastest = Collections.min(List.of(fastest, Duration.between(asked, ready)));
        }
        assertThat(fastest).isLessThan(Duration.ofMillis(1_500));
        assertThat(rig.session("call-1").getStatus())
                .as("when thousands end at once no call waits for a write about those that are still to be told")
                .extracting(CallSessionStatus::phase)
                .isEqualTo(Phase.Ready);
    }

    @Test
    void aWorkerThatBlamesCallsThatOthersTakeIsReplaced() throws Exception {
        rig.pool("warm: {min: 1, max: 1}");
        rig.startOperator();
        rig.awaitPool(pool -> Objects.equals(pool.warm(), 1));
        String refuser = rig.pods().getFirst();
        rig.workers().in(refuser).refusesAll();
        var calls = new AtomicInteger();

        await().atMost(OperatorRig.LIMIT).until(() -> {
            String call = "call-" + calls.incrementAndGet();
            rig.create(call, Instant.now());
            rig.awaitSession(call, Phase.Ready);
            rig.awaitPool(pool -> Objects.equals(pool.warm(), 1));
            return !rig.pods().contains(refuser); // Not after so many calls: others may stand before it in the queue.
        });
    }

    @Test
    void aChangeThatTheWorkerRefusesIsToldAndTheCallKeepsItsWorker() throws Exception {
        rig.pool("warm: {min: 1, max: 1}");
        rig.startOperator();
        rig.create("call-1", Instant.now());
        CallSession ready = rig.awaitSession("call-1", Phase.Ready);
        PlayedWorker worker = rig.workers().in(OperatorRig.worker(ready));
        worker.cannotHear("[::::]:4000");
        rig.patch("call-1", "{\"spec\":{\"mediaSources\":{\"customer\":\"[::::]:4000\"}}}");

        await().atMost(OperatorRig.LIMIT).untilAsserted(() -> assertThat(OperatorRig.condition(rig.session("call-1")))
                .hasValueSatisfying(now -> {
                    assertThat(now.getStatus()).isEqualTo("True");
                    assertThat(now.getReason()).isEqualTo("ChangeRefused");
                    assertThat(now.getMessage()).contains("not an address: [::::]:4000");
                }));
        rig.patch("call-1", "{\"spec\":{\"mediaSources\":{\"customer\":\"10.0.0.9:4000\"}}}");
        await().atMost(OperatorRig.LIMIT).untilAsserted(() -> assertThat(worker.call())
                .hasFieldOrPropertyWithValue("customerSource", "10.0.0.9:4000"));
        assertThat(OperatorRig.worker(rig.session("call-1"))).isEqualTo(OperatorRig.worker(ready));
    }
}
