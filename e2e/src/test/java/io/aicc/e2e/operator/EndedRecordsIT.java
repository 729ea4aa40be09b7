package io.aicc.e2e.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.aicc.crd.Phase;
import io.aicc.crd.WorkerPool;
import io.aicc.demo.played.PlayedWorker;
import io.aicc.e2e.operator.Counters.Tally;
import io.aicc.runtime.Program;
import io.aicc.wire.MicroTime;
import io.aicc.wire.control.WorkerReport.State;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Sessions that are over are out of the operator's watch; what happens to them all the same. */
@ExtendWith(OperatorRigExtension.class)
class EndedRecordsIT {
    private final OperatorRig rig;
    private final KubernetesClient client;

    EndedRecordsIT(OperatorRig rig) {
        this.rig = rig;
        this.client = rig.client();
    }

    @Test
    void recordsAreDeletedWhenTheirTimeIsOverAndStayInTheTotalsOfWhoeverLeads() throws Exception {
        rig.pool("warm: {min: 1, max: 1}, limits: {keepEndedSeconds: 3600}");
        Counters first = Counters.atFreePort();
        Counters next = Counters.atFreePort();
        Program doomed = startElected(first);
        endedCall("call-1");
        var unused = startElected(next);
        await("its own count").atMost(OperatorRig.LIMIT).untilAsserted(() -> assertThat(first.read())
                .isEqualTo(Tally.ONE_CALL));
        assertThat(next.shown()).as("a standby shows no totals").isFalse();
        doomed.close();
        endedCall("call-2");

        assertThat(rig.resource("call-1").get()).isNotNull();
        keepNoRecords();
        await("the records of both leaders")
                .atMost(OperatorRig.LIMIT)
                .until(() -> rig.resource("call-1").get() == null
                        && rig.resource("call-2").get() == null);
        assertThat(next.read()).isEqualTo(Tally.ONE_CALL.times(2));
    }

    @Test
    void aSessionThatIsDeletedInMidCallStaysInTheTotals() throws Exception {
        rig.pool("warm: {min: 1, max: 1}");
        Counters first = Counters.atFreePort();
        Counters next = Counters.atFreePort();
        Program doomed = rig.startOperator(rig.newClient(), Map.of("AICC_METRICS_PORT", "" + first.port()));
        rig.create("call-1", Instant.now());
        String pod = OperatorRig.worker(rig.awaitSession("call-1", Phase.Ready));
        rig.workers().in(pod).says(State.ACTIVE);
        rig.resource("call-1").delete();
        await("the worker, which goes last")
                .atMost(OperatorRig.LIMIT)
                .until(() ->
                        client.pods().inNamespace(rig.namespace()).withName(pod).get() == null);
        doomed.close();
        var unused = rig.startOperator(rig.newClient(), Map.of("AICC_METRICS_PORT", "" + next.port()));

        await("the next leader").atMost(OperatorRig.LIMIT).untilAsserted(() -> assertThat(next.read("deleted"))
                .isEqualTo(Tally.ONE_CALL));
    }

    @Test
    void whoWritesByHandThatALiveSessionIsOverFreesItsWorkerAndKeepsItsRecord() throws Exception {
        rig.pool("warm: {min: 1, max: 1}");
        rig.startOperator();
        rig.create("call-1", Instant.now());
        String pod = OperatorRig.worker(rig.awaitSession("call-1", Phase.Ready));
        PlayedWorker worker = rig.workers().in(pod);
        rig.patchStatus("call-1", """
                {"phase": "Ended", "times": {"ended": "%s"},
                 "conditions": [{"type": "Ready", "status": "False", "reason": "ByHand", "message": "a test",
                                 "lastTransitionTime": "2026-01-31T12:05:00Z"}]}""".formatted(MicroTime.format(Instant.now())));

        await("its last words are drained").atMost(OperatorRig.LIMIT).until(() -> worker.ended() != null);
        await().atMost(OperatorRig.LIMIT)
                .until(() ->
                        client.pods().inNamespace(rig.namespace()).withName(pod).get() == null);
        assertThat(OperatorRig.condition(rig.awaitSession("call-1", Phase.Ended)))
                .hasValueSatisfying(now -> assertThat(now.getReason()).isEqualTo("ByHand"));
    }

    @Test
    void aLiveSessionThatHasTheNameOfAnEndedOneStays() throws Exception {
        rig.pool("warm: {min: 2, max: 2}, limits: {keepEndedSeconds: 3600}");
        rig.startOperator();
        endedCall("call-1");
        rig.resource("call-1").delete();
        rig.create("call-1", Instant.now());
        String uid = rig.awaitSession("call-1", Phase.Ready).getMetadata().getUid();
        endedCall("call-2");

        keepNoRecords();
        await("the record whose time is over as well")
                .atMost(OperatorRig.LIMIT)
                .until(() -> rig.resource("call-2").get() == null);
        assertThat(rig.awaitSession("call-1", Phase.Ready).getMetadata().getUid())
                .isEqualTo(uid);
    }

    private Program startElected(Counters shown) throws Exception {
        Map<String, String> settings = new HashMap<>(OperatorRig.ELECTED);
        settings.put("AICC_METRICS_PORT", "" + shown.port());
        return rig.startOperator(rig.newClient(), settings);
    }

    private void keepNoRecords() {
        client.resources(WorkerPool.class)
                .inNamespace(rig.namespace())
                .withName("default")
                .patch(PatchContext.of(PatchType.JSON_MERGE), "{\"spec\":{\"limits\":{\"keepEndedSeconds\":0}}}");
    }

    private void endedCall(String name) {
        rig.create(name, Instant.now());
        rig.workers()
                .in(OperatorRig.worker(rig.awaitSession(name, Phase.Ready)))
                .says(State.ACTIVE);
        rig.hangUp(name);
        rig.awaitSession(name, Phase.Ended);
    }
}
