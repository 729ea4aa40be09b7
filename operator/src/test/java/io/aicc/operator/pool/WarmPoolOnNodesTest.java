package io.aicc.operator.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.aicc.operator.port.PortLeases;
import io.aicc.operator.port.PortPair;
import io.aicc.wire.control.WorkerReport.State;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;

/** A pool whose pairs are those of its nodes, in a cluster where everything comes late or not at all. */
class WarmPoolOnNodesTest extends PoolRig {
    private static final List<String> NODES = List.of("east", "north", "south");
    private static final Duration QUARANTINE = Duration.ofSeconds(2);
    private static final int PAIRS = 3;

    private final List<Pod> pods = new ArrayList<>();
    private final List<Closed> closed = new ArrayList<>();
    private Instant begun = now;
    private int leader;
    private int sessions;

    /** What the API server has of a pod, and what its worker does. */
    private static final class Pod {
        final Staffing.Making making;
        final int leader;

        @Nullable
        Worker worker;

        @Nullable
        String node;

        @Nullable
        String session;

        State state = State.IDLE;

        Pod(Staffing.Making making, int leader) {
            this.making = making;
            this.leader = leader;
        }

        boolean hears() {
            return session != null && state != State.DRAINING;
        }
    }

    /** The sockets of a call were closed; its record says when, and which pod it was. */
    private record Closed(
            String pod, PortPair ports, @Nullable String node, Instant at, int leader) {}

    @Property(tries = 300)
    void noCallComesToAPairOnANodeWhereItIsAnothersOrRestsAndNoneIsLost(@ForAll long seed) {
        Random dice = new Random(seed);
        nodes = NODES.size();
        pool = restarted();
        wanted();
        for (int turn = 0; turn < 200; turn++) {
            now = now.plusMillis(dice.nextInt(800));
            happens(dice);
            List<Pod> hearing = pods.stream().filter(Pod::hears).toList();
            assertThat(hearing.stream().map(pod -> pod.making.ports() + " " + pod.node))
                    .doesNotHaveDuplicates();
            assertThat(pool.counts().ports().leased()).isGreaterThanOrEqualTo(hearing.size());
            assertThat(pool.counts().ports().free()).isNotNegative();
        }
        List.copyOf(pods).forEach(pod -> gone(pod, true));
        now = now.plus(Staffing.UNSEEN_LIMIT).plusSeconds(1);
        pool.plan().verify().forEach(pool::absent);
        now = now.plusSeconds(60);
        int starting = pool.counts().starting();
        assertThat(pool.counts().ports())
                .isEqualTo(new PortLeases.Counts(PAIRS * NODES.size() - starting, starting, 0));
    }

    /** Two leaders before us gave both the pair; to end a call for that would help nobody. */
    @Example
    void whoHasACallKeepsItThoughItsPairIsAnothersOnItsNode() {
        nodes = 2;
        resource(1, 2, 10, "20000", "20001");
        pool.expect("s-1", "uid-busy");
        Worker first = found(making("first"), "north", "Running");
        Worker busy = found(making("busy"), "north", "Running");
        Worker idle = found(making("idle"), "north", "Running");

        assertThat(List.of(first.leaving(), busy.leaving(), idle.leaving())).containsExactly(false, false, true);
        assertThat(pool.serving("s-1")).contains(busy);
    }

    @Example
    void aPairThatWasFreedUnderTheLeaderBeforeRestsToItsEnd() {
        resource(1, 1, 10, "20000", "20001");
        pool.rest("before", new PortPair(20_000), now.minusMillis(500));
        assertThat(pool.plan().make()).isEmpty();
        assertThat(pool.counts().ports()).isEqualTo(new PortLeases.Counts(0, 0, 1));

        now = now.plus(QUARANTINE).minusMillis(501);
        assertThat(pool.plan().make()).isEmpty();
        now = now.plusMillis(1);
        assertThat(pool.plan().make()).hasSize(1);
    }

    private static Staffing.Making making(String pod) {
        return new Staffing.Making(pod, new PortPair(20_000), List.of());
    }

    private void wanted() {
        resource(3, 4, 12, "20000", String.valueOf(20_000 + 2 * PAIRS - 1));
    }

    private void happens(Random dice) {
        switch (dice.nextInt(9)) {
            case 0 -> claim();
            case 1, 2 -> {
                Staffing.Plan plan = pool.plan();
                plan.make().forEach(making -> pods.add(new Pod(making, leader)));
                pods.stream()
                        .filter(pod -> plan.delete().contains(pod.making.pod()))
                        .toList()
                        .forEach(pod -> gone(pod, true));
            }
            case 3 ->
                any(dice, pods.stream().filter(pod -> pod.worker == null)).ifPresent(pod -> {
                    if (ofThreeLeaders(pod)) {
                        pods.remove(pod);
                        return;
                    }
                    if (dice.nextBoolean()) {
                        schedule(pod, dice);
                    }
                    seen(pod);
                });
            case 4, 5 ->
                any(dice, pods.stream().filter(pod -> pod.worker != null && pod.node == null))
                        .ifPresent(pod -> {
                            schedule(pod, dice);
                            seen(pod);
                        });
            case 6 ->
                any(dice, pods.stream().filter(Pod::hears)).ifPresent(pod -> {
                    pod.state = State.DRAINING;
                    closed.add(new Closed(pod.making.pod(), pod.making.ports(), pod.node, now, pod.leader));
                    says(pod);
                });
            case 7 -> any(dice, pods.stream().filter(pod -> pod.worker != null)).ifPresent(pod -> gone(pod, true));
            default -> {
                if (dice.nextInt(4) == 0) {
                    succeed(dice);
                }
            }
        }
    }

    private void claim() {
        String session = "s-" + sessions++;
        if (pool.claim(session) instanceof Claim.Granted(Worker worker)) {
            Pod pod = pods.stream()
                    .filter(one -> one.worker == worker)
                    .findFirst()
                    .orElseThrow();
            assertThat(closed)
                    .as("a call comes to no pair that rests")
                    .noneMatch(rest -> rest.ports().equals(pod.making.ports())
                            && rest.node() != null
                            && rest.node().equals(pod.node)
                            && now.isBefore(rest.at().plus(QUARANTINE)));
            pod.session = session;
            pod.state = State.ACTIVE;
            says(pod);
        } else {
            pool.forget(session);
        }
    }

    /** One made it, another's pod was on its pair and rests, a third reads both: not within seconds. */
    private boolean ofThreeLeaders(Pod pod) {
        return pod.leader != leader
                && closed.stream()
                        .anyMatch(rest -> rest.leader() != pod.leader
                                && rest.ports().equals(pod.making.ports())
                                && !rest.at().isAfter(begun)
                                && now.isBefore(rest.at().plus(QUARANTINE)));
    }

    /** As the scheduler does: its affinity, and ports that no other pod of the node has. */
    private void schedule(Pod pod, Random dice) {
        List<String> nodesInAnyOrder = new ArrayList<>(NODES);
        Collections.shuffle(nodesInAnyOrder, dice);
        pod.node = nodesInAnyOrder.stream()
                .filter(node -> !pod.making.taken().contains(node))
                .filter(node -> pods.stream()
                        .noneMatch(other -> other.making.ports().equals(pod.making.ports()) && node.equals(other.node)))
                .findFirst()
                .orElse(null);
    }

    /** The watch shows the pod; one that has a node is ready at once. */
    private void seen(Pod pod) {
        Worker worker = found(pod.making, pod.node, "Running");
        pod.worker = worker;
        if (pod.node != null) {
            connect(worker);
            pool.podState(worker, true, false);
            says(pod);
        }
    }

    private void says(Pod pod) {
        if (pod.worker != null) {
            pool.reported(pod.worker, report(pod.state, pod.session));
        }
    }

    private void gone(Pod pod, boolean watched) {
        pods.remove(pod);
        if (pod.hears()) {
            closed.add(new Closed(pod.making.pod(), pod.making.ports(), pod.node, now, pod.leader));
        }
        if (watched && pod.worker != null) {
            pool.gone(pod.making.pod(), true);
        }
    }

    /** Another leader takes over: some pods go before it looks, and what the one before wrote may come after. */
    private void succeed(Random dice) {
        pods.removeIf(pod -> pod.worker == null && pod.leader != leader);
        leader++;
        begun = now;
        pool = restarted();
        wanted();
        closed.forEach(call -> pool.rest(call.pod(), call.ports(), call.at()));
        for (Pod pod : List.copyOf(pods)) {
            if (pod.session != null) {
                pool.rest(pod.making.pod(), pod.making.ports(), now);
                pool.expect(pod.session, "uid-" + pod.making.pod());
            }
            if (dice.nextInt(5) == 0) {
                gone(pod, false);
            }
        }
        Collections.shuffle(pods, dice);
        pods.stream().filter(pod -> pod.worker != null).toList().forEach(this::seen);
    }

    private static Optional<Pod> any(Random dice, Stream<Pod> among) {
        List<Pod> all = among.toList();
        return all.isEmpty() ? Optional.empty() : Optional.of(all.get(dice.nextInt(all.size())));
    }
}
