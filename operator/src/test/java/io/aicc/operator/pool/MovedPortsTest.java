package io.aicc.operator.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.aicc.operator.port.PortLeases;
import io.aicc.wire.control.WorkerReport.State;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** The ports of a WorkerPool are narrowed, widened and moved while calls come and go. */
class MovedPortsTest extends PoolRig {
    private static final int IDLE = 3;
    private static final int MOST = 8;

    private final List<Worker> workers = new ArrayList<>();
    private final Map<String, Worker> calls = new HashMap<>();
    private int from = 20_000;
    private int pairs = 10;

    @Property(tries = 200)
    void noCallLosesItsWorkerAndInTheEndNobodyIdleHasAPairThatThePoolHasNoMore(@ForAll long seed) {
        SplittableRandom dice = new SplittableRandom(seed);
        pool = restarted();
        workers.clear();
        calls.clear();
        spec();
        for (int turn = 0; turn < 100; turn++) {
            now = now.plusMillis(dice.nextInt(1_500));
            switch (dice.nextInt(5)) {
                case 0 -> call("s-" + turn);
                case 1 -> calls.keySet().stream().findAny().ifPresent(this::hangUp);
                case 2 -> {
                    from = 20_000 + 2 * dice.nextInt(20);
                    pairs = 1 + dice.nextInt(10);
                    spec();
                }
                default -> carryOut(pool.plan());
            }
            check();
        }
        List.copyOf(calls.keySet()).stream().skip(2).forEach(this::hangUp);
        from = 20_100;
        pairs = 10;
        spec();
        for (int step = 0; step < 3 * MOST; step++) {
            now = now.plusSeconds(1);
            int idle = pool.counts().warm();
            carryOut(pool.plan());
            assertThat(pool.counts().warm())
                    .as("one goes first only where there is no room")
                    .isGreaterThanOrEqualTo(idle - 1);
            check();
        }
        assertThat(pool.counts()).returns(0, Staffing.Counts::outdated).returns(IDLE, Staffing.Counts::warm);
        assertThat(workers.stream().filter(worker -> worker.session() == null))
                .allMatch(worker -> worker.ports().customer() >= 20_100);
    }

    @Example
    void idleWorkersWhosePairsThePoolHasNoMoreAreReplacedAFewAtATimeAndLiveOnesStay() {
        resource(4, 4, 10, "20000", "20019");
        startAll();
        pool.claim("s-1");
        startAll();
        resource(4, 4, 10, "20100", "20119");
        assertThat(pool.counts()).returns(4, Staffing.Counts::outdated);
        assertThat(pool.counts().ports()).as("whatever the range").isEqualTo(new PortLeases.Counts(10, 5, 0));
        for (int step = 0; step < 4; step++) {
            Staffing.Plan plan = pool.plan();
            assertThat(plan.make()).as("step %d", step).hasSize(1);
            assertThat(plan.make().getFirst().ports().customer()).isGreaterThanOrEqualTo(20_100);
            assertThat(plan.delete())
                    .as("nobody goes before a successor is ready")
                    .isEmpty();
            start(plan.make().getFirst());
            pool.plan().delete().forEach(pod -> pool.gone(pod, true));
            assertThat(pool.counts().warm()).isEqualTo(4);
        }
        assertThat(pool.plan()).isEqualTo(new Staffing.Plan(List.of(), List.of(), List.of(), List.of()));
        now = now.plusSeconds(2);
        Worker live = pool.serving("s-1").orElseThrow();
        pool.reported(live, report(State.DONE, "s-1"));
        assertThat(pool.counts().ports()).as("its pair rests").isEqualTo(new PortLeases.Counts(6, 4, 1));
    }

    private void spec() {
        resource(IDLE, IDLE, MOST, "" + from, "" + (from + 2 * pairs - 1));
    }

    private void call(String session) {
        if (pool.claim(session) instanceof Claim.Granted(Worker worker)) {
            calls.put(session, worker);
        } else {
            pool.forget(session);
        }
    }

    private void hangUp(String session) {
        Worker worker = Optional.ofNullable(calls.remove(session)).orElseThrow();
        pool.reported(worker, report(State.DONE, session));
        pool.dismiss(worker);
    }

    private void carryOut(Staffing.Plan plan) {
        plan.make().forEach(making -> workers.add(start(making)));
        workers.removeIf(worker -> {
            boolean goes = plan.delete().contains(worker.pod());
            if (goes) {
                pool.gone(worker.pod(), true);
            }
            return goes;
        });
    }

    private void check() {
        calls.forEach((session, worker) -> assertThat(pool.serving(session))
                .as("%s keeps its worker", session)
                .contains(worker));
        List<Worker> open = workers.stream()
                .filter(worker -> worker.mediaClosedAt() == null)
                .toList();
        assertThat(open.stream().map(Worker::ports)).doesNotHaveDuplicates();
        PortLeases.Counts ports = pool.counts().ports();
        assertThat(ports.leased()).as("wherever its pair is").isEqualTo(open.size());
        assertThat(ports.free() + ports.leased() + ports.quarantined()).isGreaterThanOrEqualTo(pairs);
    }
}
