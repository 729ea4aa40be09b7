package io.aicc.e2e.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.aicc.crd.CallSession;
import io.aicc.crd.CallSessionStatus;
import io.aicc.crd.CallSessionStatus.Summary;
import io.aicc.crd.CallSessionStatus.Times;
import io.aicc.crd.Phase;
import io.aicc.runtime.Program;
import io.aicc.wire.MicroTime;
import io.aicc.wire.control.WorkerReport.State;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Resource;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** A call that loses its worker in a pool that has no room for another one, and ends so. */
@ExtendWith(OperatorRigExtension.class)
@Execution(ExecutionMode.CONCURRENT)
class UnservedIT {
    private static final String LIVE = "aicc_calls_unserved";
    private static final String OVER = "aicc_calls_ended_unserved_total";

    private final OperatorRig rig;
    private final KubernetesClient client;
    private final Counters counters = Counters.atFreePort();

    UnservedIT(OperatorRig rig) throws IOException {
        this.rig = rig;
        this.client = rig.client();
    }

    @Test
    void isToldSinceWhenWhileItLivesAndAfterItAndCountedOnce() throws Exception {
        Program first = start();
        Instant lost = loseTheWorker();
        CallSession live = rig.session("call-1");
        assertThat(OperatorRig.condition(live)).hasValueSatisfying(now -> assertThat(now.getMessage())
                .startsWith("the call lost its worker, and nothing is transcribed since 2")
                .contains("raise spec.maxWorkers"));
        String since = Objects.requireNonNull(
                        OperatorRig.condition(live).orElseThrow().getMessage())
                .replaceAll(".* since (\\S+Z): .*", "$1");
        assertThat(rig.server()
                        .kubectl("-n", rig.namespace(), "describe", "callsession", "call-1")
                        .orFail())
                .contains("nothing is transcribed since");
        assertThat(event("MaxWorkersReached").getMessage()).contains("nothing is transcribed since");
        assertThat(counters.sample(LIVE)).isEqualTo(1);
        assertThat(counters.sample(OVER)).isZero();

        await().until(() -> Instant.now().isAfter(lost.plusSeconds(2))); // Nobody hears this.
        var unused = rig.hangUp("call-1");

        CallSessionStatus over =
                Objects.requireNonNull(rig.awaitSession("call-1", Phase.Ended).getStatus());
        Times times = Objects.requireNonNull(over.times());
        assertThat(times.unserved()).isEqualTo(since);
        assertThat(MicroTime.parse(since)).isBetween(lost.minusSeconds(2), lost.plusSeconds(1));
        assertTheCallsOwnDuration(over);
        assertThat(event("WorkerLost").getMessage())
                .contains("(MaxWorkersReached)", "nothing is transcribed that was said after " + times.unserved());
        assertThat(counters.sample(LIVE)).isZero();
        assertThat(counters.sample(OVER)).isEqualTo(1);

        first.close();
        rig.startOperator(rig.newClient(), Map.of("AICC_METRICS_PORT", "" + counters.port()));
        await().atMost(OperatorRig.LIMIT).until(counters::shown);
        assertThat(counters.sample(OVER)).isEqualTo(1);
    }

    @Test
    void isToldAllTheSameByAnOperatorThatNeverHeardItsWorker() throws Exception {
        Program first = start();
        Instant lost = loseTheWorker();
        first.close();
        rig.startOperator(rig.newClient(), Map.of("AICC_METRICS_PORT", "" + counters.port()));
        await().atMost(OperatorRig.LIMIT).until(() -> counters.sample(LIVE) == 1);
        await().until(() -> Instant.now().isAfter(lost.plusSeconds(2)));
        var unused = rig.hangUp("call-1");

        CallSessionStatus over =
                Objects.requireNonNull(rig.awaitSession("call-1", Phase.Ended).getStatus());
        assertThat(MicroTime.parse(Objects.requireNonNull(
                        Objects.requireNonNull(over.times()).unserved())))
                .isBetween(lost.minusSeconds(2), lost.plusSeconds(2));
        assertThat(over.summary())
                .as("what its worker counted, which is still there, once")
                .returns(100L, Summary::customerPackets)
                .returns(7L, Summary::transcripts);
        assertThat(counters.sample(OVER)).isEqualTo(1);
    }

    private Program start() throws Exception {
        rig.pool("warm: {min: 1, max: 1}, limits: {readySeconds: 300}, maxWorkers: 1");
        return rig.startOperator(rig.newClient(), Map.of("AICC_METRICS_PORT", "" + counters.port()));
    }

    /** Of call-1, whose place call-2 takes, which has waited; the pod is told to go, and its process gives its totals. */
    private Instant loseTheWorker() {
        rig.create("call-1", Instant.now());
        String pod = OperatorRig.worker(rig.awaitSession("call-1", Phase.Ready));
        rig.workers().in(pod).says(State.ACTIVE);
        rig.awaitSession("call-1", Phase.Active);
        rig.create("call-2", Instant.now());
        rig.awaitReason("call-2", "MaxWorkersReached");
        Resource<Pod> its = client.pods().inNamespace(rig.namespace()).withName(pod);
        its.edit(
                it -> { // Stays for as long as its process would.
                    it.getMetadata().setFinalizers(List.of("aicc.io/test"));
                    return it;
                });
        Instant lost = Instant.now();
        its.delete();
        rig.workers().in(pod).says(State.DONE);
        rig.awaitSession("call-2", Phase.Ready);
        rig.awaitReason("call-1", "MaxWorkersReached");
        return lost;
    }

    /** Not that of its worker, which says that it was stopped. */
    private static void assertTheCallsOwnDuration(CallSessionStatus over) {
        Times times = Objects.requireNonNull(over.times());
        Duration lasted = Duration.between(
                MicroTime.parse(Objects.requireNonNull(times.ready())),
                MicroTime.parse(Objects.requireNonNull(times.ending())));
        Summary summary = Objects.requireNonNull(over.summary());
        assertThat(summary.durationMs()).isBetween(lasted.minusSeconds(1).toMillis(), lasted.toMillis());
        assertThat(summary.reason()).isNull();
    }

    private Event event(String reason) {
        return await(reason)
                .atMost(OperatorRig.LIMIT)
                .until(
                        () -> client.v1().events().inNamespace(rig.namespace()).list().getItems().stream()
                                .filter(event -> event.getReason().equals(reason))
                                .filter(event ->
                                        event.getInvolvedObject().getName().equals("call-1"))
                                .toList(),
                        events -> events.size() == 1)
                .getFirst();
    }
}
