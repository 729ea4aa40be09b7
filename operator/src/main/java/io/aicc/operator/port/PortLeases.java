package io.aicc.operator.port;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Who holds which port pair on which node. On a node a pair is free, leased to exactly one owner, or in quarantine: at rest
 * after a call, so that late packets of that call never reach the next one. Thread-safe; no operation looks at a pair of the
 * range more than once, and a search stops at the first one that nobody has.
 *
 * <p>A pod's ports are fixed when it is made, its node is chosen after that. So a pair goes to a further owner only while the
 * node of everybody else who has it is known, and that owner has to keep off those nodes: until its own is known they can only
 * become fewer, and wherever it comes to be nobody holds the pair, nor does it rest there.
 *
 * <p>Nothing is kept on disk: after a restart, {@link #quarantine} and {@link #adopt} rebuild the state from recently ended
 * sessions and live pods.
 *
 * @implNote A search starts at a random pair, so that a pair just freed is not the first to be taken again.
 */
public final class PortLeases {
    private final InstantSource clock;
    private final RandomGenerator random;
    private final Map<String, Held> held = new HashMap<>();
    private final SortedSet<Rest> rests =
            new TreeSet<>(Comparator.comparing(Rest::until).thenComparing(Rest::owner));

    /** All that is held or at rest, by its pair; a pair that is free everywhere has no entry. */
    private final Map<PortPair, List<Use>> uses = new HashMap<>();

    private long freed;

    /** Why a pair cannot be had on a node; while that is not known, on any. */
    private sealed interface Use {
        String owner();

        PortPair pair();

        @Nullable
        String node();
    }

    private record Held(
            String owner, PortPair pair, @Nullable String node) implements Use {}

    private record Rest(
            String owner, PortPair pair, @Nullable String node, Instant until, boolean served) implements Use {}

    /**
     * A pair for an owner whose node is not known yet.
     *
     * @param taken names of the nodes that it must not come to, in order: there the pair is somebody's, or rests
     */
    public record Lease(PortPair pair, List<String> taken) {
        public Lease {
            taken = List.copyOf(taken);
        }
    }

    /** Pairs by state, each counted once for every node that may have it. */
    public record Counts(int free, int leased, int quarantined) {}

    /** Every pair free. */
    public PortLeases(InstantSource clock, RandomGenerator random) {
        this.clock = clock;
        this.random = random;
    }

    /**
     * Leases a pair of the range that as few others as possible have.
     *
     * @param owner who will hold it; an owner that holds a pair already gets that one again
     * @param nodes on how many nodes a pair may be leased or at rest at a time
     * @return empty when every pair of the range is on so many nodes, or on one that is not known
     */
    public synchronized Optional<Lease> lease(String owner, PortRange range, int nodes) {
        wake();
        Held known = held.get(owner);
        if (known != null) {
            return Optional.of(lease(known));
        }
        return leastUsed(range, nodes).map(pair -> {
            Held granted = new Held(owner, pair, null);
            hold(granted);
            return lease(granted);
        });
    }

    /**
     * Takes over a lease that exists already: its owner listens on the pair, whether we remember it or not. What rested after
     * this owner rests no more.
     *
     * @param node the owner's, null while it has none
     * @return false when the owner holds another pair, or the pair is another's there, or rests there; then the owner has no
     *     lease of it
     */
    public synchronized boolean adopt(String owner, PortPair pair, @Nullable String node) {
        wake();
        Held known = held.get(owner);
        if (known != null) {
            return known.pair().equals(pair) && place(owner, node);
        }
        uses(pair).stream()
                .filter(use -> use instanceof Rest && use.owner().equals(owner))
                .toList()
                .forEach(this::drop);
        return holdIfFree(new Held(owner, pair, node));
    }

    /**
     * An owner's node is known now; harmless when it was before, or when the owner holds nothing.
     *
     * @param node null while it has none
     * @return false when the pair is another's there, or rests there: the owner has lost its lease
     */
    public synchronized boolean place(String owner, @Nullable String node) {
        wake();
        Held known = held.get(owner);
        if (node == null || known == null || known.node() != null) {
            return true;
        }
        drop(known);
        return holdIfFree(new Held(owner, known.pair(), node));
    }

    /**
     * Ends an owner's lease; the pair rests on its node before it is free there. Ending it twice is harmless.
     *
     * @param served whether the owner had a call: only then does {@link #freed} count the pair
     * @return the pair that was held, empty when there was none
     */
    public synchronized Optional<PortPair> release(String owner, Duration quarantine, boolean served) {
        Held known = held.get(owner);
        if (known == null) {
            return Optional.empty();
        }
        drop(known);
        rest(new Rest(owner, known.pair(), known.node(), clock.instant().plus(quarantine), served));
        wake();
        return Optional.of(known.pair());
    }

    /**
     * Lets a pair rest until a moment, on whichever node: its owner gave it back before we were started. One who still holds
     * it is left alone.
     */
    public synchronized void quarantine(String owner, PortPair pair, Instant until) {
        if (!held.containsKey(owner) && clock.instant().isBefore(until)) {
            rest(new Rest(owner, pair, null, until, true));
        }
    }

    /**
     * How many pairs of a range are free, and how many are leased and at rest whatever their range, each counted for every
     * node that may have it; one that rests on a node that is not known rests on all. The three add up to pairs times nodes,
     * unless more are leased than may be, or some from before the range was another.
     */
    public synchronized Counts counts(PortRange range, int nodes) {
        wake();
        int free = range.pairs() * nodes;
        int leased = 0;
        int resting = 0;
        for (Map.Entry<PortPair, List<Use>> entry : uses.entrySet()) {
            int holders = 0;
            boolean everywhere = false;
            for (Use use : entry.getValue()) {
                holders += use instanceof Held ? 1 : 0;
                everywhere |= use instanceof Rest && use.node() == null;
            }
            int left = Math.max(0, nodes - holders);
            int rest = everywhere ? left : Math.min(left, entry.getValue().size() - holders);
            leased += holders;
            resting += rest;
            free -= range.contains(entry.getKey()) ? nodes - left + rest : 0;
        }
        return new Counts(free, leased, resting);
    }

    /** How many pairs of calls have become free again since we were started. */
    public synchronized long freed() {
        wake();
        return freed;
    }

    /** When the next resting pair becomes free; empty when none rests. */
    public synchronized Optional<Instant> nextFree() {
        wake();
        return rests.stream().findFirst().map(Rest::until);
    }

    private Optional<PortPair> leastUsed(PortRange range, int nodes) {
        int start = random.nextInt(range.pairs());
        int fewest = nodes;
        Optional<PortPair> best = Optional.empty();
        for (int i = 0; i < range.pairs() && fewest > 0; i++) {
            PortPair pair = range.pair((start + i) % range.pairs());
            List<Use> taken = uses(pair);
            if (taken.size() < fewest && taken.stream().allMatch(use -> use.node() != null)) {
                fewest = taken.size();
                best = Optional.of(pair);
            }
        }
        return best;
    }

    private Lease lease(Held granted) {
        return new Lease(
                granted.pair(),
                uses(granted.pair()).stream()
                        .filter(use -> !use.equals(granted))
                        .map(Use::node)
                        .filter(Objects::nonNull)
                        .sorted()
                        .toList());
    }

    private List<Use> uses(PortPair pair) {
        return uses.getOrDefault(pair, List.of());
    }

    /** Two whose nodes are not known cannot be told apart. */
    private boolean holdIfFree(Held wanted) {
        boolean free = uses(wanted.pair()).stream().noneMatch(use -> Objects.equals(use.node(), wanted.node()));
        if (free) {
            hold(wanted);
        }
        return free;
    }

    private void hold(Held lease) {
        held.put(lease.owner(), lease);
        use(lease);
    }

    private void rest(Rest rest) {
        if (rests.add(rest)) {
            use(rest);
        }
    }

    private void use(Use use) {
        uses.computeIfAbsent(use.pair(), pair -> new ArrayList<>(1)).add(use);
    }

    private void drop(Use use) {
        switch (use) {
            case Held lease -> held.remove(lease.owner());
            case Rest rest -> rests.remove(rest);
        }
        uses.computeIfPresent(use.pair(), (pair, all) -> all.remove(use) && all.isEmpty() ? null : all);
    }

    private void wake() {
        Instant now = clock.instant();
        while (!rests.isEmpty() && !now.isBefore(rests.first().until())) {
            Rest rest = rests.first();
            drop(rest);
            freed += rest.served() ? 1 : 0;
        }
    }
}
