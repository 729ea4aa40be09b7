package io.aicc.operator.port;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.random.RandomGenerator;

/**
 * Who holds which port pair. A pair is free, leased to exactly one owner, or in quarantine: at rest after a call, so that
 * late packets of that call never reach the next one. Thread-safe; every operation takes time proportional to the pairs it
 * touches, plus at most 80 machine words to find a free one.
 *
 * <p>Nothing is kept on disk: after a restart, {@link #adopt} and {@link #quarantine} rebuild the state from live pods and
 * recently ended sessions.
 *
 * @implNote Three disjoint places hold a pair: the bit set of free ones, the map of leases and the queue of resting ones.
 *     A search starts at a random pair, so that a pair just freed is not the first to be taken again.
 */
public final class PortLeases {
    private final InstantSource clock;
    private final RandomGenerator random;
    private final BitSet free = new BitSet(PortRange.ALL.pairs());
    private final Map<String, PortPair> leased = new HashMap<>();
    private final BitSet resting = new BitSet(PortRange.ALL.pairs());
    private final PriorityQueue<Rest> rests = new PriorityQueue<>(Comparator.comparing(Rest::until));

    private long freed;

    private record Rest(PortPair pair, Instant until, boolean served) {}

    /** Pairs of a range by state. */
    public record Counts(int free, int leased, int quarantined) {}

    /** Every pair free. */
    public PortLeases(InstantSource clock, RandomGenerator random) {
        this.clock = clock;
        this.random = random;
        free.set(0, PortRange.ALL.pairs());
    }

    /**
     * Leases any free pair of the range.
     *
     * @param owner who will hold it; an owner that holds a pair already gets that one again
     * @return empty when every pair of the range is leased or at rest
     */
    public synchronized Optional<PortPair> lease(String owner, PortRange range) {
        wake();
        PortPair held = leased.get(owner);
        if (held != null) {
            return Optional.of(held);
        }
        int index = anyFree(range);
        if (index < 0) {
            return Optional.empty();
        }
        PortPair pair = PortPair.at(index);
        free.clear(index);
        leased.put(owner, pair);
        return Optional.of(pair);
    }

    /**
     * Takes over a lease that exists already: its owner listens on the pair, whether we remember it or not.
     *
     * @return false when the owner holds another pair or the pair has another owner; nothing changes then
     */
    public synchronized boolean adopt(String owner, PortPair pair) {
        wake();
        PortPair held = leased.get(owner);
        if (held != null) {
            return held.equals(pair);
        }
        int index = pair.index();
        if (!free.get(index) && !resting.get(index)) {
            return false;
        }
        free.clear(index);
        if (resting.get(index)) {
            resting.clear(index);
            rests.removeIf(rest -> rest.pair().equals(pair));
        }
        leased.put(owner, pair);
        return true;
    }

    /**
     * Ends an owner's lease; the pair rests before it is free. Ending it twice is harmless.
     *
     * @param served whether the owner had a call: only then does {@link #freed} count the pair
     * @return the pair that was held, empty when there was none
     */
    public synchronized Optional<PortPair> release(String owner, Duration quarantine, boolean served) {
        PortPair pair = leased.remove(owner);
        if (pair == null) {
            return Optional.empty();
        }
        rest(new Rest(pair, clock.instant().plus(quarantine), served));
        wake();
        return Optional.of(pair);
    }

    /** Lets a free pair rest until a moment: a call gave it back before we were started. A pair in use is left alone. */
    public synchronized void quarantine(PortPair pair, Instant until) {
        wake();
        if (free.get(pair.index()) && clock.instant().isBefore(until)) {
            free.clear(pair.index());
            rest(new Rest(pair, until, true));
        }
    }

    /** How many pairs of a range are free, leased and at rest; the three add up to the range. */
    public synchronized Counts counts(PortRange range) {
        wake();
        int freeNow = free.get(range.first(), range.end()).cardinality();
        int restingNow = resting.get(range.first(), range.end()).cardinality();
        return new Counts(freeNow, range.pairs() - freeNow - restingNow, restingNow);
    }

    /** How many pairs of calls have become free again since we were started. */
    public synchronized long freed() {
        wake();
        return freed;
    }

    /** When the next resting pair becomes free; empty when none rests. */
    public synchronized Optional<Instant> nextFree() {
        wake();
        return Optional.ofNullable(rests.peek()).map(Rest::until);
    }

    private int anyFree(PortRange range) {
        int start = range.first() + random.nextInt(range.pairs());
        int found = free.nextSetBit(start);
        if (found < 0 || found >= range.end()) {
            found = free.nextSetBit(range.first());
        }
        return found < range.end() ? found : -1;
    }

    private void rest(Rest rest) {
        resting.set(rest.pair().index());
        rests.add(rest);
    }

    private void wake() {
        Instant now = clock.instant();
        for (Rest rest = rests.peek(); rest != null && !now.isBefore(rest.until()); rest = rests.peek()) {
            rests.remove();
            resting.clear(rest.pair().index());
            free.set(rest.pair().index());
            freed += rest.served() ? 1 : 0;
        }
    }
}
