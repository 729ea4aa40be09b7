package io.aicc.e2e.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.aicc.crd.CallSession;
import io.aicc.crd.CallSessionStatus;
import io.aicc.crd.Phase;
import io.aicc.crd.WorkerPoolStatus.PortCounts;
import io.aicc.demo.played.PlayedWorker;
import io.aicc.e2e.operator.Counters.Tally;
import io.aicc.e2e.operator.Crash.Loss;
import io.aicc.e2e.operator.Crash.Step;
import io.aicc.e2e.operator.Crash.When;
import io.aicc.runtime.Program;
import io.aicc.wire.control.WorkerReport.State;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The operator is lost at every write that a call needs, just before it and just after it, and another one takes over: the call
 * keeps its worker, nothing is counted twice, and nothing is left behind. The table of it is docs/operator-crashes.md.
 */
@ExtendWith(OperatorRigExtension.class)
@Execution(ExecutionMode.CONCURRENT)
class CrashIT {
    private final OperatorRig rig;

    CrashIT(OperatorRig rig) {
        this.rig = rig;
    }

    @ParameterizedTest
    @MethodSource("io.aicc.e2e.operator.Crash#inACall")
    void theNextOperatorGoesOnWhereTheLostOneStopped(Crash crash) throws Exception {
        rig.pool("warm: {min: 1, max: 1}, ports: {from: 20000, to: 20007, quarantineSeconds: 0}");
        if (crash.step() == Step.MARK) {
            rig.markLiveCalls();
        }
        MortalClient mortal = new MortalClient(rig::newClient);
        Program doomed = rig.startOperator(mortal.client(), Map.of());
        rig.awaitPool(pool -> Objects.equals(pool.warm(), 1));
        mortal.diesAt(crash);

        rig.create("call-1", Instant.now());
        CompletableFuture<Counters> succession =
                CompletableFuture.supplyAsync(() -> succeed(crash.loss(), mortal, doomed), Thread.ofVirtual()::start);
        CallSession ended = wholeCall(crash.step(), mortal);
        Counters next = succession.get();

        CallSessionStatus status = Objects.requireNonNull(ended.getStatus());
        assertThat(mortal.dead()).as("the operator was lost: %s", crash).isTrue();
        assertThat(status.summary()).isEqualTo(summary(crash));
        rig.awaitPool(pool -> Objects.equals(pool.warm(), 1)
                && Objects.equals(pool.busy(), 0)
                && new PortCounts(3, 1, 0).equals(pool.ports()));
        await().atMost(OperatorRig.LIMIT).untilAsserted(() -> assertThat(rig.pods())
                .as("one warm pod, nothing else")
                .hasSize(1)
                .doesNotContain(OperatorRig.worker(ended)));
        await("the next one counts the call once, whoever wrote down its end")
                .atMost(OperatorRig.LIMIT)
                .untilAsserted(() -> assertThat(next.read())
                        .isEqualTo(bothCounted(crash) ? new Tally(1, 1, 200, 180) : Tally.ONE_CALL));
    }

    @ParameterizedTest
    @MethodSource("io.aicc.e2e.operator.Crash#whileItWaits")
    void aCallThatWaitsGetsTheNextWorkerOrFailsInTimeWhoeverLeads(Crash crash) throws Exception {
        boolean fails = crash.step() == Step.FAILED;
        rig.pool(
                "warm: {min: 0, max: 1}, ports: {from: 20000, to: 20001, quarantineSeconds: 0}, limits: {readySeconds: %d}"
                        .formatted(fails ? 3 : 60));
        MortalClient mortal = new MortalClient(rig::newClient);
        Program doomed = rig.startOperator(mortal.client(), Map.of());
        rig.create("has-the-worker", Instant.now());
        rig.awaitSession("has-the-worker", Phase.Ready);
        mortal.diesAt(crash);

        rig.create("call-1", Instant.now());
        Counters next = succeed(crash.loss(), mortal, doomed);
        if (fails) {
            rig.awaitSession("call-1", Phase.Failed);
            rig.awaitReason("call-1", "PortsExhausted");
            await("it is counted once")
                    .atMost(OperatorRig.LIMIT)
                    .untilAsserted(() -> assertThat(next.read("failed").calls()).isEqualTo(1));
        } else {
            var unused = rig.hangUp("has-the-worker");
            rig.awaitSession("call-1", Phase.Ready);
            rig.awaitSession("has-the-worker", Phase.Ended);
        }
        rig.awaitPool(pool -> Objects.equals(pool.busy(), 1) && new PortCounts(0, 1, 0).equals(pool.ports()));
    }

    /** From Ready to Ended, by one worker, or by two when a pod is lost. */
    private CallSession wholeCall(Step step, MortalClient mortal) throws InterruptedException {
        CallSession ready = rig.awaitSession("call-1", phase -> phase.compareTo(Phase.Ready) >= 0);
        String first = OperatorRig.worker(ready);
        rig.workers().in(first).says(State.ACTIVE);
        rig.awaitSession("call-1", Phase.Active);
        if (step == Step.MARK) {
            awaitMarked(first);
        }
        if (step == Step.RESTARTED) {
            rig.workers().in(first).forgets();
            mortal.awaitDeath();
        }
        if (step == Step.REPLACEMENT) {
            rig.client().pods().inNamespace(rig.namespace()).withName(first).delete();
        }
        int generation = step == Step.REPLACEMENT ? 2 : 1;
        String last = Objects.requireNonNull(
                        rig.awaitGeneration("call-1", generation).worker())
                .pod();
        PlayedWorker worker = rig.workers().in(last);
        worker.says(State.ACTIVE);
        if (step == Step.ENDING) {
            worker.takesItsTime();
        }
        var unused = rig.hangUp("call-1");
        if (step == Step.ENDING) {
            rig.awaitSession("call-1", Phase.Ending);
            worker.says(State.DONE);
        }
        CallSession ended = rig.awaitSession("call-1", Phase.Ended);
        assertThat(OperatorRig.worker(ended)).as("no worker too many").isEqualTo(last);
        assertThat(Objects.requireNonNull(ended.getStatus().mediaEndpoint()).generation())
                .isEqualTo(generation);
        return ended;
    }

    private void awaitMarked(String pod) {
        await(pod + " is marked").atMost(OperatorRig.LIMIT).until(() -> rig.client()
                .pods()
                .inNamespace(rig.namespace())
                .withName(pod)
                .get()
                .getMetadata()
                .getLabels()
                .containsKey("aicc.io/live"));
    }

    private static CallSessionStatus.Summary summary(Crash crash) {
        int takeovers = crash.step() == Step.REPLACEMENT || bothCounted(crash) ? 1 : 0;
        return bothCounted(crash)
                ? new CallSessionStatus.Summary(
                        4_000,
                        200,
                        180,
                        2,
                        4,
                        6,
                        Map.of("late", 4L, "source", 6L),
                        14,
                        0,
                        120,
                        takeovers,
                        "CustomerHangup")
                : new CallSessionStatus.Summary(
                        4_000,
                        100,
                        90,
                        1,
                        2,
                        3,
                        Map.of("late", 2L, "source", 3L),
                        7,
                        0,
                        120,
                        takeovers,
                        "CustomerHangup");
    }

    /** Whether what the first of two workers, or of two processes of one, had counted was written down. */
    private static boolean bothCounted(Crash crash) {
        return (crash.step() == Step.REPLACEMENT || crash.step() == Step.RESTARTED) && crash.when() == When.AFTER;
    }

    private Counters succeed(Loss loss, MortalClient mortal, Program doomed) {
        try {
            mortal.awaitDeath();
            if (loss == Loss.KILLED) {
                doomed.close();
            }
            Counters next = Counters.atFreePort();
            var unused = rig.startOperator(rig.newClient(), Map.of("AICC_METRICS_PORT", "" + next.port()));
            return next;
        } catch (Exception e) {
            throw new IllegalStateException("no successor", e);
        }
    }
}
