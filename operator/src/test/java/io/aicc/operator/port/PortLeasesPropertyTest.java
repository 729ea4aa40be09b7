package io.aicc.operator.port;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.IntRange;
import org.jspecify.annotations.Nullable;

/** Leases beside a cluster that knows what really is where: pods are created late, get a node late, and leaders change. */
class PortLeasesPropertyTest {
    private static final Duration QUARANTINE = Duration.ofSeconds(2);
    private static final PortRange RANGE = new PortRange(20_000, 20_005);
    private static final List<String> NODES = List.of("east", "north", "south", "west");

    /** What may happen, one at a time, in any order; which pod is meant is a number that any count of them takes. */
    sealed interface Deed {
        record Lease() implements Deed {}

        /** The pod is there, and perhaps has a node already when we first see it. */
        record Create(int pod, boolean placed) implements Deed {}

        record Place(int pod, int node) implements Deed {}

        record End(int pod) implements Deed {}

        record Wait(int millis) implements Deed {}

        /** Another leader rebuilds the leases from pods and records; what the one before wrote may still arrive. */
        record Succeed() implements Deed {}
    }

    @Provide
    Arbitrary<List<Deed>> deeds() {
        Arbitrary<Integer> pod = Arbitraries.integers().between(0, 1_000);
        Arbitrary<Boolean> yes = Arbitraries.of(true, false);
        Arbitrary<Integer> node = Arbitraries.integers().between(0, NODES.size() - 1);
        Arbitrary<Deed> deed = Arbitraries.frequencyOf(
                Tuple.of(6, Arbitraries.create(Deed.Lease::new)),
                Tuple.of(6, Combinators.combine(pod, yes).as(Deed.Create::new)),
                Tuple.of(6, Combinators.combine(pod, node).as(Deed.Place::new)),
                Tuple.of(4, pod.map(Deed.End::new)),
                Tuple.of(3, Arbitraries.integers().between(0, 1_500).map(Deed.Wait::new)),
                Tuple.of(1, Arbitraries.create(Deed.Succeed::new)));
        return deed.list().ofMaxSize(150);
    }

    @Property(tries = 1_000)
    void noPairIsInTwoHandsOnANodeOrGivenOutWhereItRestsAndNoneIsLost(
            @ForAll("deeds") List<Deed> deeds, @ForAll @IntRange(min = 1, max = 4) int nodes, @ForAll long seed) {
        World world = new World(nodes, seed);
        for (Deed deed : deeds) {
            world.happens(deed);
            world.check();
        }
        world.everythingEnds();
    }

    /** A pod by what the API server has of it; not there before it is created. */
    private static final class Pod {
        final String name;
        final PortLeases.Lease lease;
        final int leader;
        boolean created;

        @Nullable
        String node;

        Pod(String name, PortLeases.Lease lease, int leader) {
            this.name = name;
            this.lease = lease;
            this.leader = leader;
        }
    }

    /** A pair that rests, where it really does, and whether the leader knows the node. */
    private record Rest(String pod, PortPair pair, @Nullable String node, Instant until, boolean known, int leader) {}

    private static final class World {
        private final int nodes;
        private final long seed;
        private final Random order;
        private final List<Pod> pods = new ArrayList<>();
        private final List<Rest> rests = new ArrayList<>();
        private Instant now = Instant.EPOCH;
        private PortLeases leases;
        private int leader;
        private int names;

        World(int nodes, long seed) {
            this.nodes = nodes;
            this.seed = seed;
            this.order = new Random(seed);
            this.leases = new PortLeases(() -> now, new SplittableRandom(seed));
        }

        void happens(Deed deed) {
            switch (deed) {
                case Deed.Lease() -> lease();
                case Deed.Create(int pod, boolean placed) ->
                    pick(pod, pods.stream().filter(one -> !one.created)).ifPresent(one -> create(one, placed));
                case Deed.Place(int pod, int node) ->
                    pick(pod, pods.stream().filter(one -> one.created && one.node == null))
                            .ifPresent(one -> {
                                schedule(one, node);
                                keepIf(leases.place(one.name, one.node), one);
                            });
                case Deed.End(int pod) -> pick(pod, pods.stream()).ifPresent(this::end);
                case Deed.Wait(int millis) -> {
                    now = now.plusMillis(millis);
                    rests.removeIf(rest -> !now.isBefore(rest.until()));
                }
                case Deed.Succeed() -> succeed();
            }
        }

        private void lease() {
            int fewest =
                    pairs().filter(this::nodesKnown).mapToInt(this::uses).min().orElse(nodes);
            String name = "pod-" + names++;
            Optional<PortLeases.Lease> lease = leases.lease(name, RANGE, nodes);
            assertThat(lease.isPresent()).isEqualTo(fewest < nodes);
            lease.ifPresent(granted -> {
                assertThat(uses(granted.pair())).isEqualTo(fewest);
                pods.add(new Pod(name, granted, leader));
            });
        }

        private void create(Pod pod, boolean placed) {
            if (ofThreeLeaders(pod)) {
                pods.remove(pod);
                return;
            }
            pod.created = true;
            if (placed) {
                schedule(pod, order.nextInt(NODES.size()));
            }
            keepIf(leases.adopt(pod.name, pod.lease.pair(), pod.node), pod);
        }

        /** One made it, another's pod was on its pair and rests, a third reads both: not within seconds. */
        private boolean ofThreeLeaders(Pod pod) {
            return pod.leader != leader
                    && rests.stream()
                            .anyMatch(rest -> !rest.known()
                                    && rest.pair().equals(pod.lease.pair())
                                    && rest.leader() != pod.leader);
        }

        /** As affinity lets it; one leader's pods are kept apart by that alone, those of several by their ports too. */
        private void schedule(Pod pod, int first) {
            Stream<String> fit = IntStream.range(0, NODES.size())
                    .mapToObj(i -> NODES.get((first + i) % NODES.size()))
                    .filter(node -> !pod.lease.taken().contains(node))
                    .filter(node -> leader == 0 || others(pod).noneMatch(other -> node.equals(other.node)));
            pod.node = fit.findFirst().orElse(null);
        }

        /** One that was not to be there, from a leader before, gets no call; its sockets hear none and nothing rests. */
        private void keepIf(boolean holds, Pod pod) {
            if (holds) {
                assertThat(rests)
                        .noneMatch(rest -> pod.node != null
                                && rest.pair().equals(pod.lease.pair())
                                && pod.node.equals(rest.node()));
            } else {
                assertThat(leader).as("one leader alone makes none in vain").isPositive();
                pods.remove(pod);
            }
        }

        private void end(Pod pod) {
            if (pod.leader != leader && !pod.created) {
                return; // Nobody who leads knows of it.
            }
            pods.remove(pod);
            assertThat(leases.release(pod.name, QUARANTINE, true)).contains(pod.lease.pair());
            rests.add(
                    new Rest(pod.name, pod.lease.pair(), pod.node, now.plus(QUARANTINE), pod.node != null, pod.leader));
        }

        private void succeed() {
            pods.removeIf(pod -> !pod.created && pod.leader != leader); // What is on its way arrives or never does.
            leader++;
            leases = new PortLeases(() -> now, new SplittableRandom(seed));
            rests.replaceAll(
                    rest -> new Rest(rest.pod(), rest.pair(), rest.node(), rest.until(), false, rest.leader()));
            rests.forEach(rest -> leases.quarantine(rest.pod(), rest.pair(), rest.until()));
            List<Pod> there =
                    new ArrayList<>(pods.stream().filter(pod -> pod.created).toList());
            there.forEach(pod -> leases.quarantine(pod.name, pod.lease.pair(), now.plus(QUARANTINE)));
            Collections.shuffle(there, order);
            for (Pod pod : there) {
                boolean mayMeetAnother = pod.node == null && uses(pod.lease.pair()) > 1;
                boolean holds = leases.adopt(pod.name, pod.lease.pair(), pod.node);
                assertThat(holds || mayMeetAnother).isTrue();
                keepIf(holds, pod);
            }
        }

        void check() {
            List<Pod> leased = pods.stream()
                    .filter(pod -> pod.created || pod.leader == leader)
                    .toList();
            for (Pod pod : leased) {
                assertThat(others(pod)).noneMatch(other -> other.node != null && Objects.equals(other.node, pod.node));
            }
            PortLeases.Counts counts = leases.counts(RANGE, nodes);
            assertThat(counts.leased()).isEqualTo(leased.size());
            assertThat(counts.free()).isNotNegative();
            assertThat(counts.quarantined()).isNotNegative();
            int over = pairs().mapToInt(pair -> Math.max(
                            0,
                            (int) leased.stream()
                                            .filter(pod -> pod.lease.pair().equals(pair))
                                            .count()
                                    - nodes))
                    .sum();
            assertThat(counts.free() + counts.leased() + counts.quarantined() - over)
                    .isEqualTo(RANGE.pairs() * nodes);
        }

        void everythingEnds() {
            pods.removeIf(pod -> !pod.created && pod.leader != leader);
            List.copyOf(pods).forEach(this::end);
            now = now.plus(QUARANTINE);
            assertThat(leases.counts(RANGE, nodes)).isEqualTo(new PortLeases.Counts(RANGE.pairs() * nodes, 0, 0));
            assertThat(leases.nextFree()).isEmpty();
        }

        private Stream<PortPair> pairs() {
            return IntStream.range(0, RANGE.pairs()).mapToObj(RANGE::pair);
        }

        private Stream<Pod> others(Pod pod) {
            return pods.stream()
                    .filter(other -> other != pod && other.lease.pair().equals(pod.lease.pair()));
        }

        private boolean nodesKnown(PortPair pair) {
            return pods.stream()
                            .filter(pod -> pod.created || pod.leader == leader)
                            .noneMatch(pod -> pod.lease.pair().equals(pair) && pod.node == null)
                    && rests.stream().noneMatch(rest -> rest.pair().equals(pair) && !rest.known());
        }

        private int uses(PortPair pair) {
            long held = pods.stream()
                    .filter(pod -> pod.created || pod.leader == leader)
                    .filter(pod -> pod.lease.pair().equals(pair))
                    .count();
            long resting =
                    rests.stream().filter(rest -> rest.pair().equals(pair)).count();
            return (int) (held + resting);
        }

        private static Optional<Pod> pick(int number, Stream<Pod> among) {
            List<Pod> all = among.toList();
            return all.isEmpty() ? Optional.empty() : Optional.of(all.get(number % all.size()));
        }
    }
}
