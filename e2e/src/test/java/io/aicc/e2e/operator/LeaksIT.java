package io.aicc.e2e.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.aicc.crd.Phase;
import io.aicc.crd.WorkerPoolStatus.PortCounts;
import io.aicc.demo.played.PlayedWorker;
import io.aicc.e2e.operator.Counters.Tally;
import io.aicc.runtime.Program;
import io.aicc.wire.control.EndOrder;
import io.aicc.wire.control.WorkerReport.State;
import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.Interceptor;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** What would be left over, is swept up and counted; and what waits to be done. */
@ExtendWith(OperatorRigExtension.class)
@Execution(ExecutionMode.CONCURRENT)
class LeaksIT {
    private static final String WORKERS = "aicc_leaks_total{kind=\"worker\"}";
    private static final String PAIRS = "aicc_leaks_total{kind=\"port_pair\"}";

    private final OperatorRig rig;

    LeaksIT(OperatorRig rig) {
        this.rig = rig;
    }

    @Test
    void aSessionThatIsDeletedWhileNobodyLeadsIsEndedAtItsWorkerAndCountedOnce() throws Exception {
        rig.pool("warm: {min: 1, max: 1}, ports: {from: 20000, to: 20007, quarantineSeconds: 0}");
        Program first = rig.startOperator(rig.newClient(), Map.of());
        rig.create("call-1", Instant.now());
        String pod = OperatorRig.worker(rig.awaitSession("call-1", Phase.Ready));
        PlayedWorker worker = rig.workers().in(pod);
        worker.says(State.ACTIVE);
        rig.awaitSession("call-1", Phase.Active);
        first.close();
        rig.resource("call-1").delete();
        assertThat(rig.resource("call-1").get()).as("nothing holds it back").isNull();
        Counters next = Counters.atFreePort();
        rig.startOperator(rig.newClient(), Map.of("AICC_METRICS_PORT", "" + next.port()));

        await("the worker goes").atMost(OperatorRig.LIMIT).until(() -> !rig.pods()
                .contains(pod));
        assertThat(worker.ended()).extracting(EndOrder::reason).isEqualTo("SessionDeleted");
        rig.awaitPool(pool -> Objects.equals(pool.warm(), 1)
                && Objects.equals(pool.busy(), 0)
                && new PortCounts(3, 1, 0).equals(pool.ports()));
        assertThat(next.read("deleted")).isEqualTo(Tally.ONE_CALL);
        assertThat(next.sample(WORKERS)).isEqualTo(1);
        assertThat(next.sample(PAIRS)).isZero();
    }

    @Test
    void thePairOfAPodThatWasNeverMadeIsFreeAgainAndCounted() throws Exception {
        rig.pool("warm: {min: 1, max: 1}, ports: {from: 20000, to: 20007, quarantineSeconds: 0}");
        AtomicBoolean lost = new AtomicBoolean();
        Counters counters = Counters.atFreePort();
        rig.startOperator(
                rig.newClient(beforeAPodIsMade(() -> {
                    if (lost.compareAndSet(false, true)) {
                        throw new IllegalStateException("lost on its way");
                    }
                })),
                Map.of("AICC_METRICS_PORT", "" + counters.port()));

        rig.awaitPool(pool -> Objects.equals(pool.warm(), 1) && new PortCounts(3, 1, 0).equals(pool.ports()));
        assertThat(lost).isTrue();
        assertThat(counters.sample(PAIRS)).isEqualTo(1);
        assertThat(counters.sample(WORKERS)).isZero();
    }

    @Test
    void podsThatWaitForAThreadAreCounted() throws Exception {
        rig.pool("warm: {min: 10, max: 10}");
        CountDownLatch answers = new CountDownLatch(1);
        Counters counters = Counters.atFreePort();
        rig.startOperator(
                rig.newClient(beforeAPodIsMade(() -> {
                    try {
                        answers.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                })),
                Map.of("AICC_METRICS_PORT", "" + counters.port()));

        String queue = "aicc_queue_depth{queue=\"create_pod\"}";
        await("eight are being made, of ten")
                .atMost(OperatorRig.LIMIT)
                .untilAsserted(() -> assertThat(counters.sample(queue)).isEqualTo(2));
        answers.countDown();
        rig.awaitPool(pool -> Objects.equals(pool.warm(), 10));
        assertThat(counters.sample(queue)).isZero();
    }

    private static Interceptor beforeAPodIsMade(Runnable happens) {
        return new Interceptor() {
            @Override
            public void before(BasicBuilder builder, HttpRequest request, RequestTags tags) {
                if (request.method().equals("POST") && request.uri().getPath().endsWith("/pods")) {
                    happens.run();
                }
            }
        };
    }
}
