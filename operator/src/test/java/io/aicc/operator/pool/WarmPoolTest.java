package io.aicc.operator.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.aicc.operator.port.PortLeases;
import io.aicc.wire.control.WorkerReport.State;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class WarmPoolTest extends PoolRig {
    @Test
    void givesASessionTheSameWorkerEachTime() {
        resource(2, 2, 10, "20000", "20019");
        startAll();
        assertThat(pool.claim("s-1")).isEqualTo(pool.claim("s-1"));
        assertThat(pool.counts().warm()).isEqualTo(1);
    }

    @Test
    void takesThoseWhoWaitedLongestFirst() {
        resource(0, 0, 10, "20000", "20019");
        pool.claim("s-1");
        pool.claim("s-2");
        List<Staffing.Making> made = pool.plan().make();
        assertThat(made).hasSize(2);
        Worker first = start(made.get(1));
        pool.claim("s-3");
        assertThat(pool.serving("s-1")).contains(first);
        Worker second = start(made.get(0));
        assertThat(pool.serving("s-2")).contains(second);
        assertThat(pool.serving("s-3")).isEmpty();
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
    void aWorkerThatANewLeaderHasNotHeardYetIsNotSilentSoSoon() {
        pool.expect("s-1", "uid-default-a");
        Worker worker = stranger("default-a", 20_000);
        connect(worker);
        assertThat(worker.silent(now.plus(Worker.UNHEARD))).isFalse();
        assertThat(worker.silent(now.plus(Worker.UNHEARD).plusMillis(1))).isTrue();
        pool.reported(worker, report(State.ACTIVE, "s-1"));
        assertThat(worker.silent(now.plus(Worker.SILENT))).isFalse();
        assertThat(worker.silent(now.plus(Worker.SILENT).plusMillis(1))).isTrue();
    }

    @Test
    void neverClaimsAWorkerThatSaysItServesACall() {
        resource(1, 1, 10, "20000", "20019");
        Worker worker = stranger("default-a", 20_000);
        connect(worker);
        pool.podState(worker, true, false);
        pool.reported(worker, report(State.ACTIVE, "s-1"));
        assertThat(pool.claim("s-2")).isInstanceOf(Claim.Waiting.class);
        assertThat(pool.serving("s-1")).contains(worker);
    }

    @Test
    void keepsAWorkerForTheSessionThatTheRecordNamesThoughItWasRestartedInPlace() {
        resource(1, 1, 10, "20000", "20019");
        pool.expect("s-1", "uid-default-a");
        Worker worker = stranger("default-a", 20_000);
        connect(worker);
        pool.podState(worker, true, false);
        pool.reported(worker, report(State.IDLE, null));
        assertThat(pool.claim("s-2")).isInstanceOf(Claim.Waiting.class);
        assertThat(pool.serving("s-1")).contains(worker);
    }

    @Test
    void whoNamesTheCallOfAWorkerThatIsStillToBeLookedAtDoesNotGetIt() {
        resource(2, 2, 10, "20000", "20019");
        pool.expect("s-1", "uid-default-a");
        Worker liar = stranger("default-b", 20_002);
        connect(liar);
        pool.podState(liar, true, false);
        pool.reported(liar, report(State.ACTIVE, "s-1"));
        Worker serving = stranger("default-a", 20_000);
        connect(serving);
        pool.podState(serving, true, false);
        pool.allFound();
        pool.reported(serving, report(State.ACTIVE, "s-1"));
        pool.reported(liar, report(State.ACTIVE, "s-1"));

        assertThat(pool.serving("s-1")).contains(serving);
        assertThat(serving.leaving()).isFalse();
        assertThat(liar.leaving()).isTrue();
    }

    @Test
    void whoTookACallOverFromAPodThatIsGoneKeepsItThoughTheRecordNamesTheOther() {
        resource(2, 2, 10, "20000", "20019");
        pool.expect("s-1", "uid-default-a");
        Worker heir = stranger("default-b", 20_002);
        connect(heir);
        pool.allFound();
        pool.reported(heir, report(State.ACTIVE, "s-1"));

        assertThat(pool.serving("s-1")).contains(heir);
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
        Worker worker = stranger("default-a", 20_000);
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
        now = now.plus(Staffing.UNSEEN_LIMIT).plusSeconds(1);
        pool.plan().verify().forEach(pool::absent);
        now = now.plusSeconds(60);
        assertThat(pool.counts().ports().leased()).isEqualTo(pool.counts().starting());
        assertThat(pool.counts().ports().quarantined()).isZero();
    }
}
