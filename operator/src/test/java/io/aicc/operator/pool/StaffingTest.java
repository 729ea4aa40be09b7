package io.aicc.operator.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.aicc.crd.WorkerPool;
import io.aicc.operator.pool.Claim.Shortage;
import io.aicc.operator.port.PortLeases;
import io.aicc.wire.control.WorkerReport.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a pool makes and lets go. */
class StaffingTest extends PoolRig {
    @Test
    void keepsTheBufferFullAndMakesNothingTwice() {
        resource(2, 4, 10, "20000", "20019");
        assertThat(pool.plan().make()).hasSize(2);
        assertThat(pool.plan().make()).isEmpty();
        assertThat(pool.counts().starting()).isEqualTo(2);
    }

    @Test
    void refillsAsSoonAsAWorkerIsTaken() {
        resource(1, 1, 10, "20000", "20019");
        Worker worker = startAll().getFirst();
        assertThat(pool.claim("s-1")).isEqualTo(new Claim.Granted(worker));
        assertThat(pool.plan().make()).hasSize(1);
    }

    @Test
    void theBufferGrowsAndShrinksWithTheCalls() {
        percent = 50;
        resource(1, 3, 20, "20000", "20039");
        startAll();
        List<Integer> targets = new ArrayList<>();
        for (int call = 1; call <= 8; call++) {
            assertThat(pool.claim("s-" + call)).isInstanceOf(Claim.Granted.class);
            startAll();
            assertThat(pool.counts().warm()).isEqualTo(pool.counts().target());
            targets.add(pool.counts().target());
        }
        assertThat(targets).as("a half, rounded up, one to three").containsExactly(1, 1, 2, 2, 3, 3, 3, 3);
        for (int call = 1; call <= 6; call++) {
            Worker worker = pool.serving("s-" + call).orElseThrow();
            pool.reported(worker, report(State.DONE, "s-" + call));
            pool.dismiss(worker);
        }
        Staffing.Plan plan = pool.plan();
        assertThat(plan.make()).isEmpty();
        assertThat(plan.delete())
                .as("six that are done, two idle ones too many")
                .hasSize(8);
        assertThat(pool.counts()).returns(1, Staffing.Counts::warm).returns(1, Staffing.Counts::target);
    }

    @Test
    void aPodIsMarkedOnceWhenItsWorkerGetsACall() {
        resource(2, 2, 10, "20000", "20019");
        Worker worker = startAll().getFirst();
        assertThat(pool.plan().mark()).isEmpty();
        pool.claim("s-1");
        assertThat(pool.plan().mark()).containsExactly(worker.pod());
        assertThat(pool.plan().mark()).isEmpty();
        pool.unmarked(worker.pod());
        assertThat(pool.plan().mark()).as("it could not be written").containsExactly(worker.pod());
    }

    @Test
    void aMarkThatSomebodyTakesOffIsPutBack() {
        resource(1, 1, 10, "20000", "20019");
        Staffing.Making making = pool.plan().make().getFirst();
        Worker worker = start(making);
        pool.claim("s-1");
        assertThat(pool.plan().mark()).containsExactly(worker.pod());
        seenMarked(making, false);
        assertThat(pool.plan().mark()).as("it is on its way").isEmpty();
        seenMarked(making, true);
        assertThat(pool.plan().mark()).isEmpty();
        seenMarked(making, false);
        assertThat(pool.plan().mark()).containsExactly(worker.pod());
        seenMarked(making, false);
        assertThat(pool.plan().mark()).as("it is on its way again").isEmpty();
    }

    @Test
    void aLeaderThatFindsALivePodMarkedDoesNotMarkItAgain() {
        resource(1, 1, 10, "20000", "20019");
        Staffing.Making making = pool.plan().make().getFirst();
        Worker worker = start(making);
        seenMarked(making, true);
        pool.reported(worker, report(State.ACTIVE, "s-1"));
        assertThat(pool.plan().mark()).isEmpty();
    }

    /** Its record may have been deleted while nobody led: then nothing but the worker itself tells of its call. */
    @Test
    void whoeverWasThereBeforeUsIsNotOneTooManyBeforeItHasBeenHeard() {
        resource(1, 1, 10, "20000", "20019");
        Worker idle = stranger("pod-a", 20_000);
        Worker busy = stranger("pod-b", 20_002);
        pool.allFound();
        connect(idle);
        connect(busy);
        pool.podState(idle, true, false);
        pool.podState(busy, true, false);
        pool.reported(idle, report(State.IDLE, null));
        assertThat(pool.plan().delete()).isEmpty();

        pool.reported(busy, report(State.ACTIVE, "s-1"));
        assertThat(pool.plan().delete()).isEmpty();
        assertThat(pool.serving("s-1")).contains(busy);
    }

    @Test
    void aPoolThatIsFullKeepsTheIdleWorkersItHas() {
        resource(2, 2, 3, "20000", "20019");
        startAll();
        pool.claim("s-1");
        pool.claim("s-2");
        startAll();
        for (int i = 0; i < 3; i++) {
            Staffing.Plan plan = pool.plan();
            assertThat(plan.make()).isEmpty();
            assertThat(plan.delete()).isEmpty();
        }
        assertThat(pool.counts().warm()).isEqualTo(1);
    }

    @Test
    void aPairOfTheNodesIsGivenToAsManyWorkersAsThereAreNodes() {
        nodes = 2;
        resource(3, 3, 10, "20000", "20001");
        Staffing.Making first = pool.plan().make().getFirst();
        assertThat(first.taken()).isEmpty();
        found(first);
        assertThat(pool.plan().make()).as("while the first has no node").isEmpty();
        start(first, "north");
        Staffing.Making second = pool.plan().make().getFirst();
        assertThat(second)
                .returns(first.ports(), Staffing.Making::ports)
                .returns(List.of("north"), Staffing.Making::taken);
        start(second, "south");
        assertThat(pool.plan().make()).isEmpty();
        assertThat(pool.counts().ports()).isEqualTo(new PortLeases.Counts(0, 2, 0));
        pool.claim("s-1");
        pool.claim("s-2");
        assertThat(((Claim.Waiting) pool.claim("s-3")).message())
                .isEqualTo(
                        "all 2 port pairs of WorkerPool default (20000-20001 on each of 2 nodes) are taken: 2 leased,"
                                + " 0 in quarantine, 0 free; widen spec.ports of the pool, raise spec.ports.nodes if workers"
                                + " have more nodes, or wait for a call to end");
    }

    @Test
    void tellsThatThereAreFewerNodesThanThePoolCountsOn() {
        nodes = 2;
        resource(2, 2, 10, "20000", "20001");
        start(pool.plan().make().getFirst(), "north");
        Staffing.Making second = pool.plan().make().getFirst();
        found(second, null, "Unschedulable, 0/1 nodes are available: 1 node(s) didn't match Pod's node affinity");
        assertThat(pool.nextChance()).contains(now.plus(Staffing.NODE_LIMIT));
        now = now.plus(Staffing.NODE_LIMIT);
        assertThat(pool.plan().delete()).contains(second.pod());
        assertThat(pool.trouble())
                .contains("pod " + second.pod() + " was not ready within 10 s: Unschedulable, 0/1 nodes are available:"
                        + " 1 node(s) didn't match Pod's node affinity; spec.ports.nodes of the pool counts on 2 nodes"
                        + " for its workers: lower it if there are fewer, or widen spec.ports");
    }

    @Test
    void pausesLongerAfterEveryFailedPod() {
        resource(1, 1, 10, "20000", "20019");
        Staffing.Making first = pool.plan().make().getFirst();
        pool.refused(first.pod(), "quota exceeded");
        assertThat(pool.trouble()).hasValueSatisfying(what -> assertThat(what).contains("quota exceeded"));
        assertThat(pool.plan().make()).isEmpty();
        Duration pause = Duration.between(now, pool.nextChance().orElseThrow());
        now = now.plus(pause);
        pool.refused(pool.plan().make().getFirst().pod(), "quota exceeded");
        assertThat(Duration.between(now, pool.nextChance().orElseThrow())).isGreaterThan(pause);
        assertThat(pool.counts().ports().leased()).isZero();
    }

    @Test
    void whatWentWrongBeforeAChangeSaysNothingOfWhatIsMadeAfterIt() {
        resource(1, 1, 10, "20000", "20019");
        pool.refused(pool.plan().make().getFirst().pod(), "no such image");
        revision = "mended";
        resource(1, 1, 10, "20000", "20019");
        assertThat(pool.trouble()).isEmpty();
        assertThat(pool.plan().make()).as("at once").hasSize(1);
    }

    @Test
    void replacesAPodThatNeverGetsReady() {
        resource(1, 1, 10, "20000", "20019");
        Staffing.Making making = pool.plan().make().getFirst();
        found(making, "north", "ImagePullBackOff");
        assertThat(pool.plan().delete()).isEmpty();
        assertThat(pool.nextChance()).as("nobody says that nothing happened").contains(now.plus(Staffing.START_LIMIT));
        now = now.plus(Staffing.START_LIMIT);
        assertThat(pool.plan().delete()).containsExactly(making.pod());
        assertThat(pool.trouble()).contains("pod " + making.pod() + " was not ready within 120 s: ImagePullBackOff");
        assertThat(pool.claim("s-9")).isInstanceOfSatisfying(Claim.Waiting.class, waiting -> assertThat(waiting)
                .returns(Shortage.WorkersFail, Claim.Waiting::shortage)
                .extracting(Claim.Waiting::message)
                .asString()
                .endsWith("was not ready within 120 s: ImagePullBackOff"));
        pool.forget("s-9");
        now = now.plusSeconds(30);
        assertThat(pool.plan().make()).hasSize(1);
    }

    @Test
    void replacesAnIdleWorkerThatFellSilentBeforeACallerMeetsIt() {
        resource(1, 1, 10, "20000", "20019");
        Worker worker = startAll().getFirst();
        now = now.plus(Staffing.START_LIMIT).plusSeconds(1);
        heard = false;
        assertThat(pool.plan().delete()).as("it may only have been a moment").isEmpty();
        assertThat(pool.counts().warm()).isZero();
        assertThat(pool.nextChance()).contains(now.plus(Staffing.UNWELL_LIMIT));
        now = now.plus(Staffing.UNWELL_LIMIT);
        Staffing.Plan plan = pool.plan();
        assertThat(plan.delete()).containsExactly(worker.pod());
        assertThat(plan.make()).as("at once").hasSize(1);
        assertThat(pool.trouble()).hasValueSatisfying(what -> assertThat(what).contains(worker.pod()));
    }

    @Test
    void anIdleWorkerThatRecoversStays() {
        resource(1, 1, 10, "20000", "20019");
        Worker worker = startAll().getFirst();
        heard = false;
        pool.plan();
        heard = true;
        now = now.plus(Staffing.UNWELL_LIMIT);
        pool.reported(worker, report(State.IDLE, null));
        assertThat(pool.plan().delete()).isEmpty();
        assertThat(pool.counts().warm()).isEqualTo(1);
    }

    @Test
    void aLostNodeOfIdleWorkersIsReplacedWithoutAPause() {
        resource(5, 5, 10, "20000", "20019");
        startAll().forEach(worker -> pool.failed(worker, "NodeLost"));
        assertThat(pool.plan().make()).hasSize(5);
    }

    @Test
    void manyPodsThatFailTogetherCostOnePause() {
        resource(5, 5, 10, "20000", "20019");
        pool.plan().make().forEach(making -> pool.refused(making.pod(), "quota exceeded"));
        assertThat(Duration.between(now, pool.nextChance().orElseThrow())).isLessThan(Duration.ofSeconds(1));
    }

    @Test
    void saysAtOnceWhatKeepsAPodFromStarting() {
        resource(1, 1, 10, "20000", "20019");
        Staffing.Making making = pool.plan().make().getFirst();
        for (String harmless : List.of("Pending", "ContainerCreating", "Running", "Unschedulable, 0/3 nodes")) {
            found(making, null, harmless);
            assertThat(pool.trouble()).isEmpty();
        }

        found(making, null, "Running, last line: no key");
        assertThat(pool.trouble()).contains("pod " + making.pod() + " does not start: Running, last line: no key");

        connect(found(making, null, "Running"));
        assertThat(pool.trouble()).as("it is tried again, and tells of no end").isEmpty();
    }

    @Test
    void saysWhyAWorkerThatDoesNotStayUpWasGivenUp() {
        resource(1, 1, 10, "20000", "20019");
        Worker worker = startAll().getFirst();
        pool.givenUp(worker, 3, "CrashLoopBackOff, last line: no model");
        assertThat(pool.plan().delete()).containsExactly(worker.pod());
        assertThat(pool.trouble()).hasValueSatisfying(what -> assertThat(what)
                .endsWith("was started 4 times and does not stay up: CrashLoopBackOff, last line: no model"));
        assertThat(pool.counts().ports().leased()).isZero();
    }

    @Test
    void letsSurplusIdleWorkersGo() {
        resource(3, 3, 10, "20000", "20019");
        startAll();
        resource(1, 1, 10, "20000", "20019");
        assertThat(pool.plan().delete()).hasSize(2);
        assertThat(pool.counts().warm()).isEqualTo(1);
    }

    @Test
    void letsStartingWorkersGoTooWhenFewerAreWanted() {
        resource(3, 3, 10, "20000", "20019");
        pool.plan().make().forEach(this::found);
        resource(1, 1, 10, "20000", "20019");
        assertThat(pool.plan().delete()).hasSize(2);
        assertThat(pool.counts().starting()).isEqualTo(1);
    }

    @Test
    void replacesIdleWorkersOfAnOlderResourceAFewAtATimeNewOnesFirst() {
        resource(4, 4, 10, "20000", "20019");
        startAll();
        pool.claim("s-1");
        startAll();
        upgrade();
        for (int step = 0; step < 4; step++) {
            Staffing.Plan plan = pool.plan();
            assertThat(plan.make()).as("step %d", step).hasSize(1);
            assertThat(plan.delete())
                    .as("nobody goes before a successor is ready")
                    .isEmpty();
            start(plan.make().getFirst());
            assertThat(pool.counts().warm()).isEqualTo(5);
            finish(pool.plan());
            assertThat(pool.counts().warm()).isEqualTo(4);
        }
        assertThat(pool.plan()).isEqualTo(new Staffing.Plan(List.of(), List.of(), List.of(), List.of()));
        assertThat(pool.serving("s-1")).as("the call keeps its worker").isPresent();
    }

    @Test
    void anUpgradeWhosePodsFailCostsNoIdleWorker() {
        resource(2, 2, 10, "20000", "20019");
        Worker before = startAll().getFirst();
        upgrade();
        for (int attempt = 0; attempt < 5; attempt++) {
            pool.plan().make().forEach(making -> {
                Worker broken = found(making);
                pool.failed(broken, "ImagePullBackOff");
                pool.gone(broken.pod(), true);
            });
            now = now.plusSeconds(40);
        }
        pool.podState(before, false, false);
        pool.podState(before, true, false);
        assertThat(pool.counts()).returns(2, Staffing.Counts::warm).returns(2, Staffing.Counts::outdated);
        assertThat(pool.trouble())
                .as("a worker of before that is ready again says nothing of how new ones start")
                .hasValueSatisfying(what -> assertThat(what).contains("ImagePullBackOff"));
    }

    @Test
    void aPoolWithoutRoomLetsOneIdleWorkerGoBeforeItsSuccessorComes() {
        resource(2, 2, 2, "20000", "20019");
        startAll();
        upgrade();
        Staffing.Plan plan = pool.plan();
        assertThat(plan.make()).isEmpty();
        assertThat(plan.delete()).hasSize(1);
        finish(plan);
        assertThat(pool.plan().make()).hasSize(1);
    }

    @Test
    void aPoolWithoutAFreePairLetsNobodyElseGoWhileThePairOfTheFirstRests() {
        resource(2, 2, 10, "20000", "20003");
        startAll();
        upgrade();
        Staffing.Plan plan = pool.plan();
        assertThat(plan.delete()).hasSize(1);
        finish(plan);
        assertThat(pool.plan().delete()).isEmpty();
        now = now.plusSeconds(2);
        assertThat(pool.plan().make()).hasSize(1);
    }

    /** The WorkerPool names another image. */
    private void upgrade() {
        revision = "image-2";
        WorkerPool known = pool.resource().orElseThrow();
        pool.resource(known, revision);
    }

    private void seenMarked(Staffing.Making making, boolean live) {
        pool.found(pod(making, null, "Running", live));
    }

    private void finish(Staffing.Plan plan) {
        plan.delete().forEach(pod -> pool.gone(pod, true));
    }
}
