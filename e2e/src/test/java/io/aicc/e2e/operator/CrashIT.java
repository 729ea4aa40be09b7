package io.aicc.e2e.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.aicc.crd.CallSession;
import io.aicc.crd.CallSessionStatus;
import io.aicc.crd.Phase;
import io.aicc.crd.WorkerPoolStatus.PortCounts;
import io.aicc.e2e.kube.RealApiServer;
import io.aicc.e2e.kube.RealApiServerExtension;
import io.aicc.e2e.operator.Counters.Tally;
import io.aicc.runtime.Program;
import io.aicc.wire.control.CallAssignment;
import io.aicc.wire.control.WorkerReport.State;
import io.fabric8.kubernetes.client.http.HttpRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The operator dies at every write that a call needs, just before it and just after it, and another one takes over: the call
 * gets one worker, the same one to its end, and nothing is left behind.
 */
@ExtendWith(RealApiServerExtension.class)
@Execution(ExecutionMode.CONCURRENT)
class CrashIT {
    private final OperatorRig rig;

    CrashIT(RealApiServer server, @TempDir Path folder) throws IOException {
        rig = new OperatorRig(server, folder);
    }

    @AfterEach
    void stop() throws Exception {
        rig.close();
    }

    /** Writes of a call's life in their order, as the API server sees them. */
    enum Moment {
        BEFORE_READY("PATCH", "\"phase\":\"Ready\"", false),
        AFTER_READY("PATCH", "\"phase\":\"Ready\"", true),
        BEFORE_REFILL("POST", "\"kind\":\"Pod\"", false),
        AFTER_REFILL("POST", "\"kind\":\"Pod\"", true),
        BEFORE_ACTIVE("PATCH", "\"phase\":\"Active\"", false),
        AFTER_ACTIVE("PATCH", "\"phase\":\"Active\"", true),
        BEFORE_ENDED("PATCH", "\"phase\":\"Ended\"", false),
        AFTER_ENDED("PATCH", "\"phase\":\"Ended\"", true),
        BEFORE_DELETE("DELETE", "", false),
        AFTER_DELETE("DELETE", "", true);

        final String method;
        final String body;
        final boolean after;

        Moment(String method, String body, boolean after) {
            this.method = method;
            this.body = body;
            this.after = after;
        }

        boolean is(HttpRequest request) {
            String sent = request.bodyString();
            return request.method().equals(method) && (body.isEmpty() || sent != null && sent.contains(body));
        }
    }

    @ParameterizedTest
    @EnumSource
    void theNextOperatorGoesOnWhereTheDeadOneStopped(Moment moment) throws Exception {
        rig.pool("warm: {min: 1, max: 1}, ports: {from: 20000, to: 20007, quarantineSeconds: 0}");
        MortalClient mortal = new MortalClient(rig::newClient);
        Counters next = Counters.atFreePort();
        Program doomed = rig.startOperator(mortal.client(), Map.of("AICC_LEADER_ELECTION", "false"));
        rig.awaitPool(pool -> Objects.equals(pool.warm(), 1));
        mortal.diesAt(moment);

        rig.create("call-1", Instant.now());
        CompletableFuture<Void> succeeded =
                CompletableFuture.runAsync(() -> succeed(mortal, doomed, next), Thread.ofVirtual()::start);
        CallSession ready = rig.awaitSession("call-1", phase -> phase.compareTo(Phase.Ready) >= 0);
        String pod = OperatorRig.worker(ready);
        CallAssignment given = rig.workers().in(pod).call();
        rig.workers().in(pod).says(State.ACTIVE);
        rig.awaitSession("call-1", Phase.Active);
        var unused = rig.hangUp("call-1");
        CallSession ended = rig.awaitSession("call-1", Phase.Ended);
        succeeded.get();

        CallSessionStatus status = Objects.requireNonNull(ended.getStatus());
        assertThat(mortal.dead()).as("the operator died at %s", moment).isTrue();
        assertThat(given).isNotNull();
        assertThat(OperatorRig.worker(ended))
                .as("one worker for the whole call")
                .isEqualTo(pod);
        assertThat(Objects.requireNonNull(status.mediaEndpoint()).generation()).isEqualTo(1);
        assertThat(status.summary())
                .isEqualTo(new CallSessionStatus.Summary(
                        4_000, 100, 90, 1, 2, 3, Map.of("late", 2L, "source", 3L), 7, 0, 120, 0, "CustomerHangup"));
        rig.awaitPool(pool -> Objects.equals(pool.warm(), 1)
                && Objects.equals(pool.busy(), 0)
                && new PortCounts(3, 1, 0).equals(pool.ports()));
        await().atMost(OperatorRig.LIMIT).untilAsserted(() -> assertThat(
                        rig.client().pods().inNamespace(rig.namespace()).list().getItems())
                .as("one warm pod, nothing else")
                .hasSize(1)
                .noneMatch(left -> left.getMetadata().getName().equals(pod)));
        await("the next one counts the call once, whoever wrote down its end")
                .atMost(OperatorRig.LIMIT)
                .untilAsserted(() -> assertThat(next.read()).isEqualTo(Tally.ONE_CALL));
    }

    private void succeed(MortalClient mortal, Program doomed, Counters next) {
        try {
            mortal.awaitDeath();
            doomed.close();
            var unused = rig.startOperator(
                    rig.newClient(), Map.of("AICC_LEADER_ELECTION", "false", "AICC_METRICS_PORT", "" + next.port()));
        } catch (Exception e) {
            throw new IllegalStateException("no successor", e);
        }
    }
}
