package io.aicc.operator.port;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class PortLeasesTest {
    private static final Duration QUARANTINE = Duration.ofSeconds(2);

    private static final PortRange ONE = new PortRange(20_000, 20_001);
    private static final PortPair THE_ONE = new PortPair(20_000);

    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private final PortLeases leases = new PortLeases(() -> now, new SplittableRandom(7));

    @Test
    void leasesAPairOfTheRangeOnly() {
        PortRange narrow = new PortRange(20_010, 20_013);
        assertThat(List.of(pair("a", narrow), pair("b", narrow)))
                .containsExactlyInAnyOrder(new PortPair(20_010), new PortPair(20_012));
        assertThat(leases.lease("c", narrow, 1)).isEmpty();
        assertThat(leases.counts(narrow, 1)).isEqualTo(new PortLeases.Counts(0, 2, 0));
    }

    @Test
    void leasesTheLastPairOfAll() {
        PortRange last = new PortRange(29_998, 29_999);
        assertThat(pair("a", last)).isEqualTo(new PortPair(29_998));
        assertThat(leases.lease("b", last, 1)).isEmpty();
    }

    @Test
    void givesAnOwnerItsOwnPairAgain() {
        PortPair first = pair("a", PortRange.ALL);
        assertThat(pair("a", PortRange.ALL)).isEqualTo(first);
        assertThat(leases.counts(PortRange.ALL, 1).leased()).isEqualTo(1);
    }

    @Test
    void letsAReleasedPairRestBeforeItIsFree() {
        pair("a", ONE);
        leases.release("a", QUARANTINE, true);
        now = now.plus(QUARANTINE).minusMillis(1);
        assertThat(leases.lease("b", ONE, 1)).isEmpty();
        assertThat(leases.nextFree()).contains(now.plusMillis(1));
        now = now.plusMillis(1);
        assertThat(pair("b", ONE)).isEqualTo(THE_ONE);
    }

    @Test
    void ignoresASecondRelease() {
        pair("a", ONE);
        assertThat(leases.release("a", Duration.ZERO, true)).isPresent();
        pair("b", ONE);
        assertThat(leases.release("a", Duration.ZERO, true)).isEmpty();
        assertThat(leases.counts(ONE, 1)).isEqualTo(new PortLeases.Counts(0, 1, 0));
    }

    @Test
    void countsOnlyPairsThatCallsGaveBack() {
        pair("idle", PortRange.ALL);
        pair("busy", PortRange.ALL);
        leases.release("idle", QUARANTINE, false);
        leases.release("busy", QUARANTINE, true);
        assertThat(leases.freed()).isZero();
        now = now.plus(QUARANTINE);
        assertThat(leases.freed()).isEqualTo(1);
        assertThat(leases.counts(PortRange.ALL, 1).leased()).isZero();
    }

    @Test
    void refusesToAdoptWhatSomebodyElseHolds() {
        PortPair pair = pair("a", PortRange.ALL);
        assertThat(leases.adopt("b", pair, null)).isFalse();
        assertThat(leases.adopt("a", pair, "north")).isTrue();
        assertThat(leases.adopt("b", pair, "north")).isFalse();
        assertThat(leases.adopt("a", new PortPair(pair.customer() == 20_000 ? 20_002 : 20_000), null))
                .isFalse();
    }

    @Test
    void whoIsStillThereHasNoPairAtRest() {
        leases.quarantine("a", THE_ONE, now.plus(QUARANTINE));
        assertThat(leases.counts(ONE, 1)).isEqualTo(new PortLeases.Counts(0, 0, 1));
        assertThat(leases.adopt("a", THE_ONE, null)).isTrue();
        now = now.plus(QUARANTINE);
        assertThat(leases.counts(ONE, 1)).isEqualTo(new PortLeases.Counts(0, 1, 0));
        assertThat(leases.freed()).isZero();
    }

    @Test
    void leasesAPairOnceOnEachNode() {
        leases.lease("a", ONE, 3);
        assertThat(leases.lease("b", ONE, 3)).as("a may yet come to any node").isEmpty();
        leases.place("a", "north");
        assertThat(leases.lease("b", ONE, 3)).contains(new PortLeases.Lease(THE_ONE, List.of("north")));
        leases.place("b", "east");
        assertThat(leases.lease("c", ONE, 3)).contains(new PortLeases.Lease(THE_ONE, List.of("east", "north")));
        leases.place("c", "south");
        assertThat(leases.lease("d", ONE, 3)).isEmpty();
        assertThat(leases.counts(ONE, 3)).isEqualTo(new PortLeases.Counts(0, 3, 0));
    }

    @Test
    void aPairRestsOnItsNodeOnly() {
        leases.lease("a", ONE, 2);
        leases.place("a", "north");
        leases.release("a", QUARANTINE, true);
        assertThat(leases.counts(ONE, 2)).isEqualTo(new PortLeases.Counts(1, 0, 1));
        assertThat(leases.lease("b", ONE, 2)).contains(new PortLeases.Lease(THE_ONE, List.of("north")));
        assertThat(leases.place("b", "north")).as("whoever put it there").isFalse();
        assertThat(leases.counts(ONE, 2)).isEqualTo(new PortLeases.Counts(1, 0, 1));
        now = now.plus(QUARANTINE);
        assertThat(leases.lease("c", ONE, 2)).contains(new PortLeases.Lease(THE_ONE, List.of()));
    }

    @Test
    void aPairThatRestsNobodyKnowsWhereRestsEverywhere() {
        leases.adopt("a", THE_ONE, "north");
        leases.quarantine("gone", THE_ONE, now.plus(QUARANTINE));
        assertThat(leases.counts(ONE, 3)).isEqualTo(new PortLeases.Counts(0, 1, 2));
        assertThat(leases.lease("b", ONE, 3)).isEmpty();
        now = now.plus(QUARANTINE);
        assertThat(leases.lease("b", ONE, 3)).contains(new PortLeases.Lease(THE_ONE, List.of("north")));
    }

    @Test
    void prefersAPairThatNobodyHasThenOneThatFewHave() {
        PortRange two = new PortRange(20_000, 20_003);
        PortPair first = pair("a", two);
        leases.place("a", "north");
        PortLeases.Lease second = leases.lease("b", two, 3).orElseThrow();
        leases.place("b", "north");
        assertThat(second.pair()).isNotEqualTo(first);
        assertThat(second.taken()).isEmpty();
        leases.adopt("c", first, "south");
        assertThat(leases.lease("d", two, 3)).contains(new PortLeases.Lease(second.pair(), List.of("north")));
    }

    @Test
    void countsNoLessThanNothingWhenMoreAreLeasedThanMayBe() {
        leases.adopt("a", THE_ONE, "north");
        leases.adopt("b", THE_ONE, "south");
        assertThat(leases.counts(new PortRange(20_000, 20_003), 1)).isEqualTo(new PortLeases.Counts(1, 2, 0));
        leases.release("b", QUARANTINE, true);
        assertThat(leases.lease("c", ONE, 1)).isEmpty();
    }

    @Test
    void doesNotReuseInSequence() {
        Set<Integer> firsts = new HashSet<>();
        for (int seed = 0; seed < 20; seed++) {
            PortLeases fresh = new PortLeases(() -> now, new SplittableRandom(seed));
            firsts.add(fresh.lease("a", PortRange.ALL, 1).orElseThrow().pair().customer());
        }
        assertThat(firsts).hasSizeGreaterThan(10);
    }

    private PortPair pair(String owner, PortRange range) {
        return leases.lease(owner, range, 1).orElseThrow().pair();
    }
}
