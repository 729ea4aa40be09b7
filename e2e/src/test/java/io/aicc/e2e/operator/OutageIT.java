package io.aicc.e2e.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.aicc.crd.CallSession;
import io.aicc.crd.CallSessionStatus;
import io.aicc.crd.Phase;
import io.aicc.crd.WorkerPoolStatus.PortCounts;
import io.aicc.demo.played.PlayedWorker;
import io.aicc.wire.control.CallAssignment;
import io.aicc.wire.control.WorkerReport.State;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The API server is away from the operator. */
@ExtendWith(OperatorRigExtension.class)
@Execution(ExecutionMode.CONCURRENT)
class OutageIT {
    private static final Duration MOMENT = Duration.ofSeconds(1);

    /** So long that it loses its Lease, stops, and is started again as a Deployment would. */
    private static final Duration OUTAGE = Duration.ofSeconds(30);

    private static final Duration BACK = Duration.ofSeconds(10);

    private final OperatorRig rig;
    private final Line line;

    OutageIT(OperatorRig rig) throws IOException {
        this.rig = rig;
        line = new Line(rig.client().getMasterUrl().getPort());
    }

    @AfterEach
    void stop() throws Exception {
        rig.close(); // First: its programs still talk over the line.
        line.close();
    }

    @Test
    void callsGoOnWhileTheApiServerIsAwayAndNewOnesAreServedWhenItIsBack() throws Exception {
        rig.pool(
                "warm: {min: 2, max: 2}, ports: {from: 20000, to: 20019, quarantineSeconds: 0}, limits: {readySeconds: 60}");
        rig.keepOperator(() -> rig.newClientAt(line.port()));
        rig.awaitPool(pool -> Objects.equals(pool.warm(), 2));
        CallSession goesOn = live("goes-on");
        CallSession ends = live("ends");
        PlayedWorker busy = rig.workers().in(OperatorRig.worker(goesOn));
        CallAssignment given = Objects.requireNonNull(busy.call());
        rig.awaitPool(pool -> Objects.equals(pool.warm(), 2) && Objects.equals(pool.busy(), 2));
        List<String> pods = rig.pods();

        line.cut();
        rig.hangUp("ends");
        rig.create("comes", Instant.now());
        await("half a minute").during(OUTAGE).atMost(OUTAGE.multipliedBy(2)).untilAsserted(() -> {
            assertThat(busy.call()).isSameAs(given);
            assertThat(rig.pods()).isEqualTo(pods);
        });
        assertThat(rig.session("comes").getStatus())
                .as("nobody was there to serve it")
                .isNull();
        line.mend();
        Instant back = Instant.now();

        CallSession came = rig.awaitSession("comes", Phase.Ready);
        CallSession ended = rig.awaitSession("ends", Phase.Ended);
        assertThat(Duration.between(back, Instant.now())).isLessThan(BACK);
        assertThat(OperatorRig.worker(came)).isIn(pods);
        assertThat(OperatorRig.worker(ended)).isEqualTo(OperatorRig.worker(ends));
        assertThat(Objects.requireNonNull(ended.getStatus()).summary())
                .isEqualTo(new CallSessionStatus.Summary(
                        4_000, 100, 90, 1, 2, 3, Map.of("late", 2L, "source", 3L), 7, 0, 120, 0, "CustomerHangup"));
        assertThat(rig.session("goes-on").getStatus())
                .as("nobody took the call over")
                .isEqualTo(goesOn.getStatus());
        assertThat(busy.call())
                .as("a worker that knows its call is not told again")
                .isSameAs(given);

        rig.hangUp("goes-on");
        rig.hangUp("comes");
        rig.awaitSession("goes-on", Phase.Ended);
        rig.awaitSession("comes", Phase.Ended);
        rig.awaitPool(pool -> Objects.equals(pool.warm(), 2)
                && Objects.equals(pool.busy(), 0)
                && new PortCounts(8, 2, 0).equals(pool.ports()));
    }

    @Test
    void aLeaderThatHasToListEverythingAgainKeepsItsCallsAndServesThoseThatCameMeanwhile() throws Exception {
        rig.pool("warm: {min: 2, max: 2}, ports: {from: 20000, to: 20019, quarantineSeconds: 0}");
        StaleWatches watches = new StaleWatches();
        rig.startOperator(rig.newClientAt(line.port(), watches), Map.of("AICC_LEADER_ELECTION", "true"));
        rig.awaitPool(pool -> Objects.equals(pool.warm(), 2));
        CallSession goesOn = live("goes-on");
        CallSession ends = live("ends");
        PlayedWorker busy = rig.workers().in(OperatorRig.worker(goesOn));
        CallAssignment given = Objects.requireNonNull(busy.call());
        rig.awaitPool(pool -> Objects.equals(pool.warm(), 2) && Objects.equals(pool.busy(), 2));
        String lost = idlePod(goesOn, ends);

        watches.comeTooLate();
        line.cut();
        rig.hangUp("ends");
        rig.create("comes", Instant.now());
        rig.client().pods().inNamespace(rig.namespace()).withName(lost).delete();
        await("a moment").during(MOMENT).atMost(BACK).until(() -> true);
        line.mend();

        CallSession came = rig.awaitSession("comes", Phase.Ready);
        assertThat(OperatorRig.worker(came)).isNotEqualTo(lost);
        assertThat(OperatorRig.worker(rig.awaitSession("ends", Phase.Ended))).isEqualTo(OperatorRig.worker(ends));
        rig.awaitPool(pool -> Objects.equals(pool.warm(), 2)
                && Objects.equals(pool.busy(), 2)
                && new PortCounts(6, 4, 0).equals(pool.ports()));
        assertThat(watches.listedAgain()).contains("pods", "callsessions", "workerpools");
        assertThat(rig.session("goes-on").getStatus()).isEqualTo(goesOn.getStatus());
        assertThat(busy.call()).isSameAs(given);
    }

    private String idlePod(CallSession... served) {
        List<String> busy = Stream.of(served).map(OperatorRig::worker).toList();
        return rig.pods().stream()
                .filter(pod -> !busy.contains(pod))
                .findFirst()
                .orElseThrow();
    }

    /** A call that is heard. */
    private CallSession live(String name) {
        rig.create(name, Instant.now());
        rig.workers()
                .in(OperatorRig.worker(rig.awaitSession(name, Phase.Ready)))
                .says(State.ACTIVE);
        return rig.awaitSession(name, Phase.Active);
    }
}
