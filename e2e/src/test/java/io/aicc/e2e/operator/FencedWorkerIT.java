package io.aicc.e2e.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.aicc.crd.CallSession;
import io.aicc.crd.Phase;
import io.aicc.operator.control.Answer;
import io.aicc.operator.control.WorkerChannel;
import io.aicc.operator.control.WorkerChannels;
import io.aicc.wire.MicroTime;
import io.aicc.wire.control.EndOrder;
import io.fabric8.kubernetes.api.model.Pod;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** An idle worker that obeys somebody with a higher epoch than the leader's, or says so. */
@ExtendWith(OperatorRigExtension.class)
@Execution(ExecutionMode.CONCURRENT)
class FencedWorkerIT {
    private static final int CONTROL_PORT = 8081;

    private final OperatorRig rig;

    FencedWorkerIT(OperatorRig rig) {
        this.rig = rig;
    }

    @Test
    void callsAreGivenToAnotherWorkerAtOnceAndInTheEndItGoes() throws Exception {
        rig.pool("warm: {min: 1, max: 1}");
        rig.startOperator();
        rig.awaitPool(pool -> Objects.equals(pool.warm(), 1));
        Pod pod = rig.client()
                .pods()
                .inNamespace(rig.namespace())
                .list()
                .getItems()
                .getFirst();
        String fenced = pod.getMetadata().getName();
        try (var later = new WorkerChannels(
                rig.controlKey(), Long.MAX_VALUE, InstantSource.system(), new SimpleMeterRegistry())) {
            WorkerChannel channel = later.open(
                    new WorkerChannel.WorkerAddress(
                            pod.getStatus().getPodIP(),
                            CONTROL_PORT,
                            pod.getMetadata().getUid()),
                    Duration.ofHours(1),
                    report -> {});
            assertThat(channel.end(new EndOrder("none", "NoSuchCall", null))).isInstanceOf(Answer.Refused.class);
        }

        var calls = new AtomicInteger();
        await().atMost(OperatorRig.LIMIT).until(() -> {
            serve("call-" + calls.incrementAndGet(), fenced);
            return !rig.pods().contains(fenced); // Not after so many calls: others may stand before it in the queue.
        });
    }

    private void serve(String call, String fenced) {
        Instant asked = Instant.now();
        rig.create(call, asked);
        CallSession ready = rig.awaitSession(call, phase -> phase != Phase.Pending);
        assertThat(ready.getStatus().phase()).isEqualTo(Phase.Ready);
        assertThat(OperatorRig.worker(ready)).isNotEqualTo(fenced);
        assertThat(Duration.between(asked, MicroTime.parse(OperatorRig.readyAt(ready))))
                .isLessThan(Duration.ofSeconds(10));
        rig.awaitPool(pool -> Objects.equals(pool.warm(), 1));
    }
}
