package io.aicc.e2e.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.aicc.crd.CallSession;
import io.aicc.crd.CallSessionStatus;
import io.aicc.crd.Phase;
import io.aicc.demo.played.PlayedWorker;
import io.aicc.wire.control.WorkerReport.State;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Resource;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** A pod that is told to go in mid-call, and takes its time to deliver what it heard. */
@ExtendWith(OperatorRigExtension.class)
@Execution(ExecutionMode.CONCURRENT)
class DrainedPodIT {
    private final OperatorRig rig;
    private final KubernetesClient client;

    DrainedPodIT(OperatorRig rig) {
        this.rig = rig;
        this.client = rig.client();
    }

    @Test
    void wordsThatItDeliversAfterTheCallAreNotLost() throws Exception {
        PlayedWorker drained = handOverWhileItHas(3);
        var unused = rig.hangUp("call-1");

        await().during(Duration.ofSeconds(2)) // The next worker is done at once.
                .atMost(OperatorRig.LIMIT)
                .until(() -> phase() != Phase.Ended);
        drained.stillHas(0);
        drained.says(State.DONE);

        CallSession ended = rig.awaitSession("call-1", Phase.Ended);
        assertThat(OperatorRig.condition(ended))
                .hasValueSatisfying(now -> assertThat(now.getReason()).isEqualTo("CallEnded"));
        assertThat(summary(ended)).returns(0L, CallSessionStatus.Summary::undelivered);
    }

    @Test
    void wordsThatWentWithItAreToldAsSoonAsItIsGone() throws Exception {
        PlayedWorker drained = handOverWhileItHas(3);
        var unused = rig.hangUp("call-1");
        rig.awaitSession("call-1", Phase.Ending);

        drained.close();

        CallSession ended = rig.awaitSession("call-1", Phase.Ended);
        assertThat(OperatorRig.condition(ended))
                .hasValueSatisfying(now -> assertThat(now.getReason()).isEqualTo("WorkerLost"));
        assertThat(summary(ended)).returns(3L, CallSessionStatus.Summary::undelivered);
    }

    /** A call whose second worker hears it, and the first, whose pod is still there and has so many finals to deliver. */
    private PlayedWorker handOverWhileItHas(long finals) throws Exception {
        rig.pool("warm: {min: 1, max: 1}, limits: {drainSeconds: 30}");
        rig.startOperator();
        rig.create("call-1", Instant.now());
        String pod = OperatorRig.worker(rig.awaitSession("call-1", Phase.Ready));
        PlayedWorker first = rig.workers().in(pod);
        first.stillHas(finals);
        first.says(State.ACTIVE);
        rig.awaitSession("call-1", Phase.Active);
        Resource<Pod> its = client.pods().inNamespace(rig.namespace()).withName(pod);
        its.edit(
                it -> { // Stays for as long as its process would.
                    it.getMetadata().setFinalizers(List.of("aicc.io/test"));
                    return it;
                });
        its.delete();
        rig.awaitGeneration("call-1", 2);
        first.says(State.DRAINING);
        String next = OperatorRig.worker(rig.session("call-1"));
        rig.workers().in(next).says(State.ACTIVE);
        return first;
    }

    private Phase phase() {
        return Objects.requireNonNull(
                Objects.requireNonNull(rig.session("call-1").getStatus()).phase());
    }

    private static CallSessionStatus.Summary summary(CallSession session) {
        return Objects.requireNonNull(
                Objects.requireNonNull(session.getStatus()).summary());
    }
}
