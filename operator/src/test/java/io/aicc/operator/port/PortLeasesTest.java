package io.aicc.operator.port;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.junit.jupiter.api.Test;

class PortLeasesTest {
    private static final Duration QUARANTINE = Duration.ofSeconds(2);

    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private final PortLeases leases = new PortLeases(() -> now, new SplittableRandom(7));

    @Test
    void leasesAPairOfTheRangeOnly() {
        PortRange narrow = new PortRange(20_010, 20_013);
        assertThat(List.of(
                        leases.lease("a", narrow).orElseThrow(),
                        leases.lease("b", narrow).orElseThrow()))
                .containsExactlyInAnyOrder(new PortPair(20_010), new PortPair(20_012));
        assertThat(leases.lease("c", narrow)).isEmpty();
        assertThat(leases.counts(narrow)).isEqualTo(new PortLeases.Counts(0, 2, 0));
    }

    @Test
    void leasesTheLastPairOfAll() {
        PortRange last = new PortRange(29_998, 29_999);
        assertThat(leases.lease("a", last)).contains(new PortPair(29_998));
        assertThat(leases.lease("b", last)).isEmpty();
    }

    @Test
    void givesAnOwnerItsOwnPairAgain() {
        PortPair first = leases.lease("a", PortRange.ALL).orElseThrow();
        assertThat(leases.lease("a", PortRange.ALL)).contains(first);
        assertThat(leases.counts(PortRange.ALL).leased()).isEqualTo(1);
    }

    @Test
    void letsAReleasedPairRestBeforeItIsFree() {
        PortRange one = new PortRange(20_000, 20_001);
        leases.lease("a", one);
        leases.release("a", QUARANTINE, true);
        now = now.plus(QUARANTINE).minusMillis(1);
        assertThat(leases.lease("b", one)).isEmpty();
        assertThat(leases.nextFree()).contains(now.plusMillis(1));
        now = now.plusMillis(1);
        assertThat(leases.lease("b", one)).contains(new PortPair(20_000));
    }

    @Test
    void ignoresASecondRelease() {
        PortRange one = new PortRange(20_000, 20_001);
        leases.lease("a", one);
        assertThat(leases.release("a", Duration.ZERO, true)).isPresent();
        leases.lease("b", one);
        assertThat(leases.release("a", Duration.ZERO, true)).isEmpty();
        assertThat(leases.counts(one)).isEqualTo(new PortLeases.Counts(0, 1, 0));
    }

    @Test
    void countsOnlyPairsThatCallsGaveBack() {
        leases.lease("idle", PortRange.ALL);
        leases.lease("busy", PortRange.ALL);
        leases.release("idle", QUARANTINE, false);
        leases.release("busy", QUARANTINE, true);
        assertThat(leases.freed()).isZero();
        now = now.plus(QUARANTINE);
        assertThat(leases.freed()).isEqualTo(1);
        assertThat(leases.counts(PortRange.ALL).leased()).isZero();
    }

    @Test
    void refusesToAdoptWhatSomebodyElseHolds() {
        PortPair pair = leases.lease("a", PortRange.ALL).orElseThrow();
        assertThat(leases.adopt("b", pair)).isFalse();
        assertThat(leases.adopt("a", pair)).isTrue();
        assertThat(leases.adopt("a", new PortPair(pair.customer() == 20_000 ? 20_002 : 20_000)))
                .isFalse();
    }

    @Test
    void adoptsALivePairOutOfQuarantine() {
        PortPair pair = new PortPair(20_000);
        leases.quarantine(pair, now.plus(QUARANTINE));
        assertThat(leases.adopt("a", pair)).isTrue();
        now = now.plus(QUARANTINE);
        assertThat(leases.counts(new PortRange(20_000, 20_001))).isEqualTo(new PortLeases.Counts(0, 1, 0));
    }

    @Test
    void doesNotReuseInSequence() {
        Set<Integer> firsts = new HashSet<>();
        for (int seed = 0; seed < 20; seed++) {
            PortLeases fresh = new PortLeases(() -> now, new SplittableRandom(seed));
            firsts.add(fresh.lease("a", PortRange.ALL).orElseThrow().customer());
        }
        assertThat(firsts).hasSizeGreaterThan(10);
    }

    /** What may befall the leases, one at a time, in any order. */
    sealed interface Deed {
        record Lease(String owner) implements Deed {}

        record Adopt(String owner, PortPair pair) implements Deed {}

        record Release(String owner) implements Deed {}

        record Quarantine(PortPair pair) implements Deed {}

        record Wait(int millis) implements Deed {}

        /** The operator dies and its successor rebuilds the leases from what lives. */
        record Restart() implements Deed {}
    }

    private static final PortRange SMALL = new PortRange(20_000, 20_009);

    @Provide
    Arbitrary<List<Deed>> deeds() {
        Arbitrary<String> owner = Arbitraries.of("a", "b", "c", "d", "e", "f", "g");
        Arbitrary<PortPair> pair = Arbitraries.integers().between(0, 4).map(PortPair::at);
        Arbitrary<Deed> deed = Arbitraries.frequencyOf(
                Tuple.of(5, owner.map(Deed.Lease::new)),
                Tuple.of(2, Combinators.combine(owner, pair).as(Deed.Adopt::new)),
                Tuple.of(4, owner.map(Deed.Release::new)),
                Tuple.of(1, pair.map(Deed.Quarantine::new)),
                Tuple.of(3, Arbitraries.integers().between(0, 3_000).map(Deed.Wait::new)),
                Tuple.of(1, Arbitraries.create(Deed.Restart::new)));
        return deed.list().ofMaxSize(120);
    }

    /** The oracle is a map of owners and a map of rests, kept beside; it must agree with the leases after every deed. */
    @Property(tries = 500)
    void noPairIsInTwoHandsAndNoneIsLost(@ForAll("deeds") List<Deed> deeds, @ForAll long seed) {
        Instant[] time = {Instant.EPOCH};
        PortLeases subject = new PortLeases(() -> time[0], new SplittableRandom(seed));
        Map<String, PortPair> held = new HashMap<>();
        Map<PortPair, Instant> rests = new HashMap<>();
        for (Deed deed : deeds) {
            rests.values().removeIf(until -> !time[0].isBefore(until));
            switch (deed) {
                case Deed.Lease(String owner) -> {
                    boolean some = held.containsKey(owner) || held.size() + rests.size() < SMALL.pairs();
                    var got = subject.lease(owner, SMALL);
                    assertThat(got.isPresent()).isEqualTo(some);
                    got.ifPresent(pair -> {
                        assertThat(rests).doesNotContainKey(pair);
                        held.put(owner, pair);
                    });
                }
                case Deed.Adopt(String owner, PortPair pair) -> {
                    boolean allowed =
                            held.containsKey(owner) ? pair.equals(held.get(owner)) : !held.containsValue(pair);
                    assertThat(subject.adopt(owner, pair)).isEqualTo(allowed);
                    if (allowed) {
                        held.put(owner, pair);
                        rests.remove(pair);
                    }
                }
                case Deed.Release(String owner) -> {
                    PortPair pair = held.remove(owner);
                    assertThat(subject.release(owner, QUARANTINE, true).orElse(null))
                            .isEqualTo(pair);
                    if (pair != null) {
                        rests.put(pair, time[0].plus(QUARANTINE));
                    }
                }
                case Deed.Quarantine(PortPair pair) -> {
                    subject.quarantine(pair, time[0].plus(QUARANTINE));
                    if (!held.containsValue(pair)) {
                        rests.putIfAbsent(pair, time[0].plus(QUARANTINE));
                    }
                }
                case Deed.Wait(int millis) -> time[0] = time[0].plusMillis(millis);
                case Deed.Restart() -> {
                    PortLeases successor = new PortLeases(() -> time[0], new SplittableRandom(seed));
                    held.forEach((owner, pair) ->
                            assertThat(successor.adopt(owner, pair)).isTrue());
                    rests.forEach(successor::quarantine);
                    subject = successor;
                }
            }
            rests.values().removeIf(until -> !time[0].isBefore(until));
            assertThat(new HashSet<>(held.values())).hasSameSizeAs(held.values());
            assertThat(subject.counts(SMALL))
                    .isEqualTo(new PortLeases.Counts(
                            SMALL.pairs() - held.size() - rests.size(), held.size(), rests.size()));
        }
    }
}
