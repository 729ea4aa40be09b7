package io.aicc.operator.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.aicc.crd.WorkerPool;
import io.aicc.operator.control.Answer;
import io.aicc.operator.control.WorkerChannel;
import io.aicc.operator.pool.Claim.Shortage;
import io.aicc.operator.port.PortLeases;
import io.aicc.operator.port.PortPair;
import io.aicc.wire.control.Acknowledgement;
import io.aicc.wire.control.CallAssignment;
import io.aicc.wire.control.EndOrder;
import io.aicc.wire.control.WorkerReport;
import io.aicc.wire.control.WorkerReport.State;
import io.aicc.wire.control.WorkerReport.StreamCounters;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class WarmPoolTest {
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private int names;
    private String revision = "image-1";
    private WarmPool pool = restarted();

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
    void givesASessionTheSameWorkerEachTime() {
        resource(2, 2, 10, "20000", "20019");
        startAll();
        assertThat(pool.claim("s-1")).isEqualTo(pool.claim("s-1"));
        assertThat(pool.counts().warm()).isEqualTo(1);
    }

    @Test
    void aPodIsMarkedOnceWhenItsWorkerGetsACall() {
        resource(2, 2, 10, "20000", "20019");
        Worker worker = startAll().getFirst();
        assertThat(pool.plan().mark()).isEmpty();
        pool.claim("s-1");
        assertThat(pool.plan().mark()).containsExactly(worker.pod());
        assertThat(pool.plan().mark()).isEmpty();
        pool.marked(worker.pod(), false);
        assertThat(pool.plan().mark()).as("it could not be written").containsExactly(worker.pod());
    }

    @Test
    void takesThoseWhoWaitedLongestFirst() {
        resource(0, 0, 10, "20000", "20019");
        pool.claim("s-1");
        pool.claim("s-2");
        List<WarmPool.Making> made = pool.plan().make();
        assertThat(made).hasSize(2);
        Worker first = start(made.get(1));
        pool.claim("s-3");
        assertThat(pool.serving("s-1")).contains(first);
        Worker second = start(made.get(0));
        assertThat(pool.serving("s-2")).contains(second);
        assertThat(pool.serving("s-3")).isEmpty();
    }

    @Test
    void aPoolThatIsFullKeepsTheIdleWorkersItHas() {
        resource(2, 2, 3, "20000", "20019");
        startAll();
        pool.claim("s-1");
        pool.claim("s-2");
        startAll();
        for (int i = 0; i < 3; i++) {
            WarmPool.Plan plan = pool.plan();
            assertThat(plan.make()).isEmpty();
            assertThat(plan.delete()).isEmpty();
        }
        assertThat(pool.counts().warm()).isEqualTo(1);
    }

    @Test
    void saysWhyThereIsNoWorker() {
        assertThat(shortage("s-0")).isEqualTo(Shortage.PoolNotFound);
        pool.forget("s-0");
        resource(1, 1, 2, "20000", "20003");
        assertThat(shortage("s-1")).isEqualTo(Shortage.NoWarmWorker);
        startAll();
        pool.plan();
        startAll();
        pool.claim("s-2");
        assertThat(shortage("s-3")).isEqualTo(Shortage.PortsExhausted);
        resource(1, 1, 2, "20000", "20019");
        assertThat(shortage("s-3")).isEqualTo(Shortage.MaxWorkersReached);
    }

    @Test
    void freesPortsWhenTheSocketsAreClosedNotWhenTheWordsAreOut() {
        resource(1, 1, 1, "20000", "20001");
        Worker worker = startAll().getFirst();
        pool.claim("s-1");
        pool.reported(worker, report(State.ACTIVE, "s-1"));
        assertThat(pool.counts().ports()).isEqualTo(new PortLeases.Counts(0, 1, 0));
        pool.reported(worker, report(State.DRAINING, "s-1"));
        assertThat(pool.counts().ports()).isEqualTo(new PortLeases.Counts(0, 0, 1));
        assertThat(worker.mediaClosedAt()).isEqualTo(now);
        now = now.plusSeconds(2);
        assertThat(pool.counts().ports()).isEqualTo(new PortLeases.Counts(1, 0, 0));
    }

    @Test
    void neverClaimsAWorkerThatSaysItServesACall() {
        resource(1, 1, 10, "20000", "20019");
        Worker worker = pool.found("default-a", "uid-a", new PortPair(20_000), revision);
        connect(worker);
        pool.podState(worker, true, false);
        pool.reported(worker, report(State.ACTIVE, "s-1"));
        assertThat(pool.claim("s-2")).isInstanceOf(Claim.Waiting.class);
        assertThat(pool.serving("s-1")).contains(worker);
    }

    @Test
    void keepsAWorkerForTheSessionThatTheRecordNamesThoughItWasRestartedInPlace() {
        resource(1, 1, 10, "20000", "20019");
        pool.expect("s-1", "uid-a");
        Worker worker = pool.found("default-a", "uid-a", new PortPair(20_000), revision);
        connect(worker);
        pool.podState(worker, true, false);
        pool.reported(worker, report(State.IDLE, null));
        assertThat(pool.claim("s-2")).isInstanceOf(Claim.Waiting.class);
        assertThat(pool.serving("s-1")).contains(worker);
    }

    @Test
    void lettingGoOfAWorkerThatTellsOfAnotherSessionEachTimeItGivesItsSessionAnother() {
        resource(1, 1, 10, "20000", "20019");
        Worker worker = startAll().getFirst();
        assertThat(pool.claim("s-1")).isEqualTo(new Claim.Granted(worker));
        for (int i = 0; i < WarmPool.MOST_SESSIONS; i++) {
            assertThat(worker.leaving()).isFalse();
            pool.reported(worker, report(State.IDLE, "made-up-" + i));
        }
        assertThat(worker.leaving()).isTrue();
        assertThat(pool.serving("made-up-" + (WarmPool.MOST_SESSIONS - 1))).isEmpty();
        assertThat(pool.claim("s-1")).isInstanceOf(Claim.Waiting.class);
    }

    @Test
    void isSettledOnceEveryPodHasSpoken() {
        resource(1, 1, 10, "20000", "20019");
        Worker worker = pool.found("default-a", "uid-a", new PortPair(20_000), revision);
        assertThat(pool.settled()).isFalse();
        connect(worker);
        pool.reported(worker, report(State.IDLE, null));
        assertThat(pool.settled()).isTrue();
    }

    @Test
    void tellsTheSessionWhosePodIsGone() {
        resource(1, 1, 10, "20000", "20019");
        Worker worker = startAll().getFirst();
        pool.claim("s-1");
        assertThat(pool.gone(worker.pod(), true)).isEqualTo("s-1");
        assertThat(pool.serving("s-1")).isEmpty();
        assertThat(pool.gone(worker.pod(), true)).isNull();
    }

    @Test
    void pausesLongerAfterEveryFailedPod() {
        resource(1, 1, 10, "20000", "20019");
        WarmPool.Making first = pool.plan().make().getFirst();
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
    void replacesAPodThatNeverGetsReady() {
        resource(1, 1, 10, "20000", "20019");
        WarmPool.Making making = pool.plan().make().getFirst();
        pool.found(making.pod(), "uid", making.ports(), revision);
        now = now.plus(WarmPool.START_LIMIT).plusSeconds(1);
        assertThat(pool.plan().delete()).containsExactly(making.pod());
        now = now.plusSeconds(30);
        assertThat(pool.plan().make()).hasSize(1);
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
    void countsOfALostAndARestartedWorkerAreKept() {
        resource(1, 1, 10, "20000", "20019");
        Worker first = startAll().getFirst();
        pool.claim("s-1");
        pool.reported(first, heard(100, State.ACTIVE));
        pool.reported(first, report(State.IDLE, null));
        pool.reported(first, heard(30, State.ACTIVE));
        assertThat(pool.account("s-1")).hasValueSatisfying(account -> {
            assertThat(account.report().customer().received()).isEqualTo(130);
            assertThat(account.takeovers()).isEqualTo(1);
        });
        pool.gone(first.pod(), true);
        assertThat(pool.account("s-1").orElseThrow().report().transcripts()).isEqualTo(6);
        Worker second = startAll().getFirst();
        pool.claim("s-1");
        pool.reported(second, heard(7, State.ACTIVE));
        assertThat(pool.account("s-1")).hasValueSatisfying(account -> {
            assertThat(account.report().customer()).isEqualTo(new StreamCounters(137, 3, 0, Map.of("source", 6L)));
            assertThat(account.takeovers()).isEqualTo(2);
        });
        pool.forget("s-1");
        assertThat(pool.account("s-1").orElseThrow().report().customer().received())
                .isEqualTo(7);
    }

    @Test
    void remembersNothingOfASessionThatIsOverThoughItsWorkerStillTalksOfIt() {
        resource(1, 1, 4, "20000", "20007");
        Worker worker = startAll().getFirst();
        pool.claim("s-1");
        pool.reported(worker, report(State.ACTIVE, "s-1"));
        assertThat(pool.lastHeard("s-1")).contains(now);
        pool.reported(worker, report(State.DONE, "s-1"));
        pool.dismiss(worker);
        pool.forget("s-1");

        pool.reported(worker, report(State.DONE, "s-1"));

        assertThat(pool.lastHeard("s-1")).isEmpty();
        assertThat(pool.account("s-1")).isEmpty();
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
        pool.plan().make().forEach(making -> pool.found(making.pod(), "uid-" + making.pod(), making.ports(), revision));
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
            WarmPool.Plan plan = pool.plan();
            assertThat(plan.make()).as("step %d", step).hasSize(1);
            assertThat(plan.delete())
                    .as("nobody goes before a successor is ready")
                    .isEmpty();
            start(plan.make().getFirst());
            assertThat(pool.counts().warm()).isEqualTo(5);
            finish(pool.plan());
            assertThat(pool.counts().warm()).isEqualTo(4);
        }
        assertThat(pool.plan()).isEqualTo(new WarmPool.Plan(List.of(), List.of(), List.of(), List.of()));
        assertThat(pool.serving("s-1")).as("the call keeps its worker").isPresent();
    }

    @Test
    void anUpgradeWhosePodsFailCostsNoIdleWorker() {
        resource(2, 2, 10, "20000", "20019");
        startAll();
        upgrade();
        for (int attempt = 0; attempt < 5; attempt++) {
            pool.plan().make().forEach(making -> {
                Worker broken = pool.found(making.pod(), "uid-" + making.pod(), making.ports(), revision);
                pool.failed(broken, "ImagePullBackOff");
                pool.gone(broken.pod(), true);
            });
            now = now.plusSeconds(40);
        }
        assertThat(pool.counts().warm()).isEqualTo(2);
        assertThat(pool.trouble()).hasValueSatisfying(what -> assertThat(what).contains("ImagePullBackOff"));
    }

    @Test
    void aPoolWithoutRoomLetsOneIdleWorkerGoBeforeItsSuccessorComes() {
        resource(2, 2, 2, "20000", "20019");
        startAll();
        upgrade();
        WarmPool.Plan plan = pool.plan();
        assertThat(plan.make()).isEmpty();
        assertThat(plan.delete()).hasSize(1);
        finish(plan);
        assertThat(pool.plan().make()).hasSize(1);
    }

    /** Claims, ends, deaths, failures and restarts of ours in any order; the invariants are checked after each. */
    @Property(tries = 200)
    void noWorkerServesTwoSessionsAndNoPairIsLeakedWhateverHappens(@ForAll long seed) {
        SplittableRandom dice = new SplittableRandom(seed);
        pool = restarted();
        resource(2, 3, 6, "20000", "20015");
        List<Worker> live = new ArrayList<>();
        int sessions = 0;
        for (int turn = 0; turn < 150; turn++) {
            now = now.plusMillis(dice.nextInt(1_500));
            Optional<Worker> some =
                    live.isEmpty() ? Optional.empty() : Optional.of(live.get(dice.nextInt(live.size())));
            switch (dice.nextInt(7)) {
                case 0 -> pool.claim("s-" + sessions++);
                case 1 -> pool.plan().make().forEach(making -> live.add(start(making)));
                case 2 ->
                    some.filter(worker -> worker.session() != null)
                            .ifPresent(worker -> pool.reported(worker, report(State.ACTIVE, worker.session())));
                case 3 ->
                    some.filter(worker -> worker.session() != null).ifPresent(worker -> {
                        pool.reported(worker, report(State.DONE, worker.session()));
                        pool.dismiss(worker);
                    });
                case 4 ->
                    some.ifPresent(worker -> {
                        live.remove(worker);
                        pool.gone(worker.pod(), true);
                    });
                case 5 -> pool.plan().make().stream().findFirst().ifPresent(making -> pool.refused(making.pod(), "no"));
                default ->
                    live.stream()
                            .filter(worker -> pool.plan().delete().contains(worker.pod()))
                            .toList()
                            .forEach(worker -> {
                                live.remove(worker);
                                pool.gone(worker.pod(), true);
                            });
            }
            List<String> served = live.stream()
                    .map(Worker::session)
                    .filter(session -> session != null)
                    .toList();
            assertThat(new HashSet<>(served)).hasSameSizeAs(served);
            assertThat(live.stream()
                            .filter(worker -> worker.mediaClosedAt() == null)
                            .map(Worker::ports))
                    .doesNotHaveDuplicates();
            assertThat(pool.counts().ports().leased()).isGreaterThanOrEqualTo((int) live.stream()
                    .filter(worker -> worker.mediaClosedAt() == null)
                    .count());
        }
        live.forEach(worker -> pool.gone(worker.pod(), true));
        now = now.plusSeconds(60);
        pool.plan().verify().forEach(pool::absent);
        now = now.plus(WarmPool.UNSEEN_LIMIT).plusSeconds(1);
        pool.plan().verify().forEach(pool::absent);
        now = now.plusSeconds(60);
        assertThat(pool.counts().ports().leased()).isEqualTo(pool.counts().starting());
        assertThat(pool.counts().ports().quarantined()).isZero();
    }

    private WarmPool restarted() {
        return new WarmPool(
                "default", () -> now, () -> "pod" + names++, new PortLeases(() -> now, new SplittableRandom(1)));
    }

    private void resource(int min, int max, int maxWorkers, String from, String to) {
        pool.resource(
                Serialization.unmarshal("""
                        apiVersion: aicc.io/v1alpha1
                        kind: WorkerPool
                        metadata: {name: default}
                        spec:
                          warm: {min: %d, max: %d, percent: 0}
                          maxWorkers: %d
                          worker: {image: worker, scheduling: {markLiveCalls: true}}
                          ports: {from: %s, to: %s, quarantineSeconds: 2}
                        """.formatted(min, max, maxWorkers, from, to), WorkerPool.class), revision);
    }

    /** The WorkerPool names another image. */
    private void upgrade() {
        revision = "image-2";
        WorkerPool known = pool.resource().orElseThrow();
        pool.resource(known, revision);
    }

    private void finish(WarmPool.Plan plan) {
        plan.delete().forEach(pod -> pool.gone(pod, true));
    }

    private Shortage shortage(String session) {
        return ((Claim.Waiting) pool.claim(session)).shortage();
    }

    private List<Worker> startAll() {
        return pool.plan().make().stream().map(this::start).toList();
    }

    private Worker start(WarmPool.Making making) {
        Worker worker = pool.found(making.pod(), "uid-" + making.pod(), making.ports(), revision);
        connect(worker);
        pool.podState(worker, true, false);
        pool.reported(worker, report(State.IDLE, null));
        return worker;
    }

    private void connect(Worker worker) {
        pool.connect(worker, "10.0.0.1", Connected::new);
    }

    private static WorkerReport heard(long packets, State state) {
        StreamCounters customer = new StreamCounters(packets, 1, 0, Map.of("source", 2L));
        return new WorkerReport(state, "s-1", customer, StreamCounters.ZERO, 3, 0, null);
    }

    private static WorkerReport report(State state, @Nullable String session) {
        return new WorkerReport(state, session, StreamCounters.ZERO, StreamCounters.ZERO, 0, 0, null);
    }

    /** A channel whose reports arrive; nothing is ordered in these tests. */
    private static final class Connected implements WorkerChannel {
        @Override
        public Answer<Acknowledgement> assign(CallAssignment call) {
            return new Answer.Unreachable<>("not in this test");
        }

        @Override
        public Answer<String> end(EndOrder order) {
            return new Answer.Unreachable<>("not in this test");
        }

        @Override
        public boolean heard() {
            return true;
        }

        @Override
        public void close() {}
    }
}
