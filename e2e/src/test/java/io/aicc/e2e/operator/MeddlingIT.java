package io.aicc.e2e.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.aicc.crd.Bounded;
import io.aicc.crd.CallSession;
import io.aicc.crd.CallSessionStatus.MediaEndpoint;
import io.aicc.crd.CallSessionStatus.Times;
import io.aicc.crd.Phase;
import io.aicc.crd.WorkerPoolStatus.PortCounts;
import io.aicc.demo.played.PlayedWorker;
import io.aicc.runtime.Program;
import io.aicc.wire.MicroTime;
import io.aicc.wire.control.CallAssignment;
import io.aicc.wire.control.EndOrder;
import io.aicc.wire.control.WorkerReport.State;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Records and pods that somebody edits or deletes under the operator, and clocks that are wrong: each has one outcome. */
@ExtendWith(OperatorRigExtension.class)
@Execution(ExecutionMode.CONCURRENT)
class MeddlingIT {
    private final OperatorRig rig;
    private final KubernetesClient client;

    MeddlingIT(OperatorRig rig) {
        this.rig = rig;
        this.client = rig.client();
    }

    @Test
    void deletingALiveSessionEndsItsCallAndReclaimsItsWorker() throws Exception {
        rig.pool("warm: {min: 1, max: 1}, ports: {from: 20000, to: 20007, quarantineSeconds: 0}");
        rig.startOperator();
        rig.create("call-1", Instant.now());
        String pod = OperatorRig.worker(rig.awaitSession("call-1", Phase.Ready));

        assertThat(rig.server()
                        .kubectl("-n", rig.namespace(), "delete", "callsession", "call-1", "--timeout=5s")
                        .exitCode())
                .isZero();
        await().atMost(OperatorRig.LIMIT)
                .until(() ->
                        client.pods().inNamespace(rig.namespace()).withName(pod).get() == null);
        rig.awaitPool(pool -> Objects.equals(pool.busy(), 0) && new PortCounts(3, 1, 0).equals(pool.ports()));
    }

    @Test
    void aWipedStatusIsWrittenAgainWithItsTimesAndTheCallKeepsItsWorker() throws Exception {
        rig.pool("warm: {min: 1, max: 1}");
        rig.startOperator();
        rig.create("call-1", Instant.now());
        CallSession ready = rig.awaitSession("call-1", Phase.Ready);
        PlayedWorker worker = rig.workers().in(OperatorRig.worker(ready));
        worker.says(State.ACTIVE);
        rig.awaitSession("call-1", Phase.Active);
        rig.patchStatus("call-1", "null");

        CallSession repaired = rig.awaitSession("call-1", Phase.Active);
        assertThat(Objects.requireNonNull(repaired.getStatus()).mediaEndpoint())
                .isEqualTo(Objects.requireNonNull(ready.getStatus()).mediaEndpoint());
        assertThat(OperatorRig.worker(repaired)).isEqualTo(OperatorRig.worker(ready));
        assertThat(OperatorRig.condition(repaired))
                .hasValueSatisfying(now -> assertThat(now.getReason()).isEqualTo("RecordRepaired"));
        var known = Objects.requireNonNull(worker.report().known());
        assertThat(repaired.getStatus().times())
                .as("nobody but the worker knows when that was")
                .isEqualTo(new Times(known.readyAt(), known.heardAt(), null, null, null));
    }

    @Test
    void aRecordThatSendsAudioElsewhereIsPutRightAndTheTapsAreMadeAnew() throws Exception {
        rig.pool("warm: {min: 1, max: 1}");
        rig.startOperator();
        rig.create("call-1", Instant.now());
        CallSession ready = rig.awaitSession("call-1", Phase.Ready);
        rig.patchStatus("call-1", "{\"mediaEndpoint\": {\"host\": \"192.0.2.9\"}}");

        MediaEndpoint right =
                Objects.requireNonNull(Objects.requireNonNull(ready.getStatus()).mediaEndpoint());
        assertThat(rig.awaitGeneration("call-1", right.generation() + 1).mediaEndpoint())
                .isEqualTo(new MediaEndpoint(
                        right.host(), right.customerPort(), right.agentPort(), right.generation() + 1));
        CallSession repaired = rig.session("call-1");
        assertThat(OperatorRig.worker(repaired)).isEqualTo(OperatorRig.worker(ready));
        assertThat(OperatorRig.condition(repaired))
                .hasValueSatisfying(now -> assertThat(now.getReason()).isEqualTo("RecordRepaired"));
    }

    @Test
    void aGenerationAtItsEndIsFollowedByTheFirst() throws Exception {
        rig.pool("warm: {min: 1, max: 1}");
        rig.startOperator();
        rig.create("call-1", Instant.now());
        CallSession ready = rig.awaitSession("call-1", Phase.Ready);
        rig.patchStatus(
                "call-1", "{\"mediaEndpoint\": {\"host\": \"192.0.2.9\", \"generation\": %d}}".formatted(Bounded.MOST));

        assertThat(rig.awaitGeneration("call-1", 1).mediaEndpoint())
                .isEqualTo(Objects.requireNonNull(ready.getStatus()).mediaEndpoint());
    }

    @Test
    void aWipedRecordOfACallThatIsOverSaysAgainWhatItCountedAndNobodyServesIt() throws Exception {
        rig.pool("warm: {min: 1, max: 1}");
        rig.startOperator();
        rig.create("call-1", Instant.now());
        String pod = OperatorRig.worker(rig.awaitSession("call-1", Phase.Ready));
        rig.workers().in(pod).says(State.ACTIVE);
        rig.awaitSession("call-1", Phase.Active);
        rig.hangUp("call-1");
        var over =
                Objects.requireNonNull(rig.awaitSession("call-1", Phase.Ended).getStatus());
        awaitGone(pod);
        rig.awaitPool(pool -> Objects.equals(pool.warm(), 1));
        List<String> pods = rig.pods();
        rig.patchStatus("call-1", "null");

        CallSession closed = rig.awaitSession("call-1", Phase.Ended);
        assertThat(OperatorRig.condition(closed))
                .hasValueSatisfying(now -> assertThat(now.getReason()).isEqualTo("RecordRepaired"));
        var again = Objects.requireNonNull(closed.getStatus());
        assertThat(again.summary())
                .usingRecursiveComparison()
                .comparingOnlyFields("durationMs", "customerPackets", "agentPackets", "packetsDropped", "undelivered")
                .isEqualTo(over.summary());
        assertThat(Objects.requireNonNull(again.times()).ended())
                .isEqualTo(Objects.requireNonNull(over.times()).ended());
        assertThat(rig.pods()).as("no worker was claimed").isEqualTo(pods);
    }

    @Test
    void aWipedRecordOfACallThatFailedIsNotTriedAgain() throws Exception {
        rig.pool("warm: {min: 1, max: 1}, limits: {readySeconds: 5}, maxWorkers: 1");
        rig.startOperator();
        rig.awaitPool(pool -> Objects.equals(pool.warm(), 1));
        rig.workers().in(rig.pods().getFirst()).refusesAll();
        rig.create("call-1", Instant.now());
        rig.awaitSession("call-1", Phase.Failed);
        rig.patchStatus("call-1", "null");

        assertThat(OperatorRig.condition(rig.awaitSession("call-1", Phase.Failed)))
                .hasValueSatisfying(now -> assertThat(now.getReason()).isEqualTo("RecordRepaired"));
    }

    @Test
    void aPhasePutForwardByHandIsRefusedAndTheCallGetsItsFirstWorker() throws Exception {
        rig.create("call-1", Instant.now());
        for (String phase : List.of("Ready", "Active")) {
            assertThatThrownBy(() -> rig.patchStatus("call-1", "{\"phase\": \"%s\"}".formatted(phase)))
                    .hasMessageContaining("needs worker, mediaEndpoint and times.ready");
        }
        rig.pool("warm: {min: 1, max: 1}");
        rig.startOperator();

        CallSession ready = rig.awaitSession("call-1", Phase.Ready);
        assertThat(OperatorRig.condition(ready))
                .hasValueSatisfying(now -> assertThat(now.getReason()).isEqualTo("WorkerReady"));
        assertThat(Objects.requireNonNull(ready.getStatus()).earlier()).isNull();
    }

    @Test
    void aTimeOfTheEndThatWasBeforeItKeepsNoWorkerFromItsLastWords() throws Exception {
        rig.pool("warm: {min: 1, max: 1}");
        rig.startOperator();
        rig.create("call-1", Instant.now());
        PlayedWorker worker = rig.workers().in(OperatorRig.worker(rig.awaitSession("call-1", Phase.Ready)));
        worker.says(State.ACTIVE);
        rig.awaitSession("call-1", Phase.Active);
        rig.patchStatus("call-1", "{\"times\": {\"ending\": \"2020-01-01T00:00:00.000000Z\"}}");
        var unused = rig.hangUp("call-1");

        CallSession ended = rig.awaitSession("call-1", Phase.Ended);
        assertThat(worker.ended()).as("it was told").isNotNull();
        assertThat(OperatorRig.condition(ended))
                .hasValueSatisfying(now -> assertThat(now.getReason()).isEqualTo("CallEnded"));
    }

    @Test
    void aHangUpThatNobodySawEndsTheCallThenAndNotWhenSomebodyComesBack() throws Exception {
        rig.pool("warm: {min: 1, max: 1}");
        Program first = rig.startOperator(rig.newClient(), Map.of());
        rig.create("call-1", Instant.now());
        PlayedWorker worker = rig.workers().in(OperatorRig.worker(rig.awaitSession("call-1", Phase.Ready)));
        worker.says(State.ACTIVE);
        rig.awaitSession("call-1", Phase.Active);
        first.close();
        worker.forgets(); // Its process was started again.
        String hungUp = MicroTime.format(rig.hangUp("call-1"));
        rig.startOperator();

        rig.awaitSession("call-1", Phase.Ended);
        assertThat(worker.call()).extracting(CallAssignment::endedAt).isEqualTo(hungUp);
        assertThat(worker.ended()).extracting(EndOrder::at).isEqualTo(hungUp);
    }

    @Test
    void twoSessionsForOneCallAreTwoCalls() throws Exception {
        rig.pool("warm: {min: 2, max: 2}");
        rig.startOperator();
        rig.create("call-1", "pbx-1", Instant.now());
        rig.create("call-2", "pbx-1", Instant.now());

        CallSession one = rig.awaitSession("call-1", Phase.Ready);
        CallSession two = rig.awaitSession("call-2", Phase.Ready);
        assertThat(OperatorRig.worker(one)).isNotEqualTo(OperatorRig.worker(two));
        rig.hangUp("call-1");
        rig.awaitSession("call-1", Phase.Ended);
        assertThat(rig.session("call-2").getStatus()).isEqualTo(two.getStatus());
    }

    @Test
    void aControllerWhoseClockIsWrongGetsItsCallsServed() throws Exception {
        rig.pool("warm: {min: 2, max: 2}, limits: {readySeconds: 5}");
        rig.startOperator();
        rig.awaitPool(pool -> Objects.equals(pool.warm(), 2));
        rig.create("slow-clock", Instant.now().minusSeconds(600));
        rig.create("fast-clock", Instant.now().plusSeconds(600));

        rig.awaitSession("slow-clock", Phase.Ready);
        rig.awaitSession("fast-clock", Phase.Ready);
    }

    @Test
    void aWorkerPodWithoutItsLabelIsReplacedAndDeleted() throws Exception {
        rig.pool("warm: {min: 1, max: 1}, ports: {from: 20000, to: 20007, quarantineSeconds: 0}");
        rig.startOperator();
        rig.create("call-1", Instant.now());
        String pod = OperatorRig.worker(rig.awaitSession("call-1", Phase.Ready));
        relabel(pod, "app.kubernetes.io/name", null);

        rig.awaitGeneration("call-1", 2);
        awaitGone(pod);
        rig.awaitPool(pool -> Objects.equals(pool.warm(), 1) && new PortCounts(2, 2, 0).equals(pool.ports()));
    }

    @Test
    void aWorkerPodThatIsGivenToAnotherPoolIsReplacedAndDeleted() throws Exception {
        rig.pool("warm: {min: 1, max: 1}, ports: {from: 20000, to: 20007, quarantineSeconds: 0}");
        rig.startOperator();
        rig.awaitPool(pool -> Objects.equals(pool.warm(), 1));
        String pod = rig.pods().getFirst();
        relabel(pod, "aicc.io/pool", "another");

        awaitGone(pod);
        rig.awaitPool(pool -> Objects.equals(pool.warm(), 1) && new PortCounts(3, 1, 0).equals(pool.ports()));
    }

    private void relabel(String pod, String label, @Nullable String value) {
        client.pods().inNamespace(rig.namespace()).withName(pod).edit(live -> {
            Map<String, String> labels = new HashMap<>(live.getMetadata().getLabels());
            if (value == null) {
                labels.remove(label);
            } else {
                labels.put(label, value);
            }
            return new PodBuilder(live)
                    .editMetadata()
                    .withLabels(labels)
                    .endMetadata()
                    .build();
        });
    }

    private void awaitGone(String pod) {
        await(pod + " is deleted")
                .atMost(OperatorRig.LIMIT)
                .until(() ->
                        client.pods().inNamespace(rig.namespace()).withName(pod).get() == null);
    }
}
