package io.aicc.operator.session;

import io.aicc.crd.CallSession;
import io.aicc.crd.CallSessionStatus;
import io.aicc.crd.CallSessionStatus.Times;
import io.aicc.crd.Phase;
import io.aicc.operator.kube.DeposedException;
import io.aicc.operator.kube.KubeWrites;
import io.aicc.operator.pool.WarmPools;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The records of sessions that are over: kept for people for a while, then deleted. There are many times as many as of live
 * ones, so the watch leaves them out, and what is remembered of each is its name, when it ended and what it adds to the totals.
 *
 * <p>The totals are those of the records that there are and of the {@link Archive}, which a session enters, with others at
 * once, before its record is deleted. So they outlive the process, and nobody is counted twice or not at all, whenever it ends.
 * Thread-safe.
 *
 * @implNote The archive names the sessions that entered it last, and those whose records could not be deleted since. So whoever
 *     takes the lead finds no record that is in the archive but neither among those named nor being deleted.
 */
final class EndedRecords {
    private static final Logger log = LoggerFactory.getLogger(EndedRecords.class);

    /** How many enter the archive with one write. */
    private static final int MOST_AT_ONCE = 500;

    /** A record that could not be deleted is tried again after this. */
    private static final Duration LATER = Duration.ofMinutes(1);

    /** So many records that could not be deleted the archive can name; then no others enter. */
    private static final int MOST_STUCK = 10_000;

    /** Of so many sessions without a record the archive knows that they are in it: their workers go within seconds. */
    private static final int ORPHANS_REMEMBERED = 500;

    private final KubeWrites api;
    private final WarmPools pools;
    private final String namespace;
    private final InstantSource clock;
    private final Predicate<String> live;
    private final Archive archive;

    /** What is read and written at the API server is one thread's at a time; all else is guarded by this object. */
    private final Object writing = new Object();

    private final Map<String, Queue<Ended>> byPool = new HashMap<>();
    private final Map<String, Ended> sessions = new HashMap<>();
    private final Queue<Ended> doomed = new ArrayDeque<>();
    private final Map<String, Tally> orphans = new LinkedHashMap<>();
    private final Set<String> orphansCounted = new LinkedHashSet<>();
    private Totals archived = new Totals();
    private Totals total = new Totals();
    private Set<String> counted = Set.of();
    private volatile Optional<Long> leadership = Optional.empty();
    private volatile boolean claimed;

    /** @param at when it ended, or when it is looked at again */
    record Ended(String pool, String name, String uid, Instant at, Tally tally) {
        Ended at(Instant later) {
            return new Ended(pool, name, uid, later, tally);
        }
    }

    /** What enters the archive together. */
    private record Batch(List<Ended> records, Map<String, Tally> orphans) {
        boolean isEmpty() {
            return records.isEmpty() && orphans.isEmpty();
        }
    }

    /** @param live whether the session of this UID is watched: somebody's hand may bring a record back to life */
    EndedRecords(
            KubeWrites api,
            WarmPools pools,
            CallSessionReconciler.Home home,
            InstantSource clock,
            Predicate<String> live) {
        this.api = api;
        this.pools = pools;
        this.namespace = home.namespace();
        this.clock = clock;
        this.live = live;
        this.archive = new Archive(api, home, clock);
    }

    /**
     * We lead: takes in what there is already.
     *
     * @param epoch a number that no leader before us had
     * @param visitor sees each record, one or the other perhaps twice
     */
    void lead(long epoch, Consumer<CallSession> visitor) {
        synchronized (writing) {
            leadership = Optional.of(epoch);
            boolean ours = false;
            try {
                claim(epoch);
                ours = true;
            } catch (RuntimeException e) { // Calls are served all the same.
                complain("totals are not known, for their archive is not to be had, trying again", e);
            }
            visit(visitor);
            claimed = ours;
        }
    }

    /** What all sessions add up to that are over; empty while that is not known. */
    synchronized Optional<Totals> totals() {
        return claimed ? Optional.of(new Totals(total)) : Optional.empty();
    }

    /** The session is over, and its record says so. */
    void add(CallSession session, CallSessionStatus status) {
        Times times = status.times();
        Instant at = Call.time(times == null ? null : times.ended()).orElseGet(clock::instant);
        add(new Ended(
                Call.pool(session),
                session.getMetadata().getName(),
                session.getMetadata().getUid(),
                at,
                Tally.of(status)));
    }

    /** Whether it is over, as far as we know. */
    synchronized boolean has(String uid) {
        return sessions.containsKey(uid);
    }

    /** How a session ended, if we know that it did. */
    synchronized Optional<Ended> known(String uid) {
        return Optional.ofNullable(sessions.get(uid));
    }

    /** Whether a session that left our view has a record all the same: somebody else wrote that it is over. */
    boolean find(CallSession gone) {
        api.visitSessions(namespace, "metadata.name", gone.getMetadata().getName(), found -> {
            boolean same =
                    found.getMetadata().getUid().equals(gone.getMetadata().getUid());
            CallSessionStatus status = found.getStatus();
            if (same
                    && status != null
                    && status.phase() != null
                    && status.phase().terminal()) {
                add(found, status);
            }
        });
        return has(gone.getMetadata().getUid());
    }

    /**
     * Adds a session that has no record any more, once.
     *
     * @return whether it is in the archive: only then may its worker go, which is all that is left of it
     */
    synchronized boolean keep(String session, Tally tally) {
        if (orphansCounted.contains(session) || sessions.containsKey(session)) {
            return true;
        }
        orphans.putIfAbsent(session, tally);
        return false;
    }

    /** Deletes records whose time is over, once they are in the archive; run once a second. */
    void sweep() {
        try {
            synchronized (writing) {
                if (claimedAgain()) {
                    deleteDoomed();
                    enter();
                    deleteDoomed();
                }
            }
        } catch (RuntimeException e) {
            complain("records of ended sessions could not be counted and deleted, trying again", e);
        }
    }

    /** Whether we lead and have the archive; one that was not to be had is tried for once more. */
    private boolean claimedAgain() {
        if (leadership.isPresent() && !claimed) {
            claim(leadership.get());
            visit(record -> {});
            claimed = true;
        }
        return claimed;
    }

    /** What we knew is forgotten before, and what records say is read after: in between nobody else enters or deletes any. */
    private void claim(long epoch) {
        synchronized (this) {
            byPool.clear();
            sessions.clear();
            doomed.clear();
        }
        Archive.Content content = archive.claim(epoch);
        synchronized (this) {
            counted = Set.copyOf(content.counted());
            orphansCounted.addAll(content.counted());
            archived = content.totals();
            total = new Totals(archived);
            byPool.values().forEach(records -> records.forEach(ended -> total.add(ended.tally())));
        }
    }

    private void visit(Consumer<CallSession> visitor) {
        Consumer<CallSession> each = visitor.andThen(session -> {
            if (session.getMetadata().getDeletionTimestamp() == null) { // Else in the archive, or deleted by hand.
                add(session, Objects.requireNonNullElse(session.getStatus(), CallSessionStatus.EMPTY));
            }
        });
        Stream.of(Phase.values())
                .filter(Phase::terminal)
                .forEach(phase -> api.visitSessions(
                        namespace,
                        "status.phase",
                        phase.name(),
                        session -> CallSessionReconciler.takeIn(session, each)));
    }

    private synchronized void add(Ended ended) {
        if (sessions.putIfAbsent(ended.uid(), ended) != null) {
            return;
        }
        if (counted.contains(ended.uid())) {
            doomed.add(ended); // Whoever led before had no time left to delete it.
        } else {
            queue(ended);
            total.add(ended.tally());
        }
    }

    private synchronized void queue(Ended ended) {
        byPool.computeIfAbsent(ended.pool(), pool -> new PriorityQueue<>(Comparator.comparing(Ended::at)))
                .add(ended);
    }

    private void enter() {
        Batch batch = take();
        if (batch.isEmpty()) {
            return;
        }
        Totals sum = new Totals(archived);
        batch.records().forEach(ended -> sum.add(ended.tally()));
        batch.orphans().values().forEach(sum::add);
        boolean entered = false;
        try {
            entered = archive.write(new Archive.Content(sum, lately(batch)));
            claimed = entered; // Otherwise somebody else has it: perhaps not for long.
        } finally {
            if (entered) {
                entered(batch, sum);
            } else {
                batch.records().forEach(this::queue);
            }
        }
    }

    private synchronized Batch take() {
        Instant now = clock.instant();
        List<Ended> due = new ArrayList<>();
        int room = Math.min(MOST_AT_ONCE, MOST_STUCK - doomed.size());
        byPool.forEach((pool, records) -> {
            Instant limit = now.minus(TimeLimits.of(pools.resource(pool)).keep());
            while (due.size() < room
                    && !records.isEmpty()
                    && !records.element().at().isAfter(limit)) {
                due.add(records.remove());
            }
        });
        byPool.values().removeIf(Queue::isEmpty);
        due.stream()
                .filter(ended -> live.test(ended.uid()))
                .map(ended -> ended.at(now))
                .forEach(this::queue);
        due.removeIf(ended -> live.test(ended.uid()));
        Map<String, Tally> lost = new LinkedHashMap<>();
        orphans.entrySet().stream()
                .limit(ORPHANS_REMEMBERED)
                .forEach(orphan -> lost.put(orphan.getKey(), orphan.getValue()));
        return new Batch(due, lost);
    }

    /** Those that enter, those whose records are still there, and orphans that entered a while ago. */
    private synchronized List<String> lately(Batch batch) {
        List<String> gone = new ArrayList<>(orphansCounted);
        gone.addAll(batch.orphans().keySet());
        List<String> lately = new ArrayList<>();
        doomed.forEach(ended -> lately.add(ended.uid()));
        batch.records().forEach(ended -> lately.add(ended.uid()));
        lately.addAll(gone.subList(Math.max(0, gone.size() - ORPHANS_REMEMBERED), gone.size()));
        return lately;
    }

    private synchronized void entered(Batch batch, Totals sum) {
        archived = sum;
        doomed.addAll(batch.records());
        batch.orphans().forEach((session, tally) -> {
            total.add(tally);
            orphans.remove(session);
            orphansCounted.add(session);
        });
        while (orphansCounted.size() > ORPHANS_REMEMBERED) {
            orphansCounted.remove(orphansCounted.iterator().next());
        }
    }

    /** Each is tried once; one that stays keeps no other from going. */
    private void deleteDoomed() {
        Instant now = clock.instant();
        List<Ended> held = new ArrayList<>();
        for (int left = doomedCount(); left > 0; left--) {
            Ended next = nextDoomed();
            boolean due = !next.at().isAfter(now);
            boolean gone = false;
            try {
                gone = due && delete(next, held);
            } finally {
                settle(next, gone, due ? now.plus(LATER) : next.at());
            }
        }
        if (!held.isEmpty()) {
            log.atWarn()
                    .addKeyValue("records", held.size())
                    .addKeyValue("one_of_them", held.getFirst().name())
                    .log("records of ended sessions are deleted, but finalizers of others hold them");
        }
    }

    /**
     * One that somebody's finalizer holds is none of ours any more: it goes with that.
     *
     * @return whether it is deleted; not one that somebody's hand has brought back to life
     */
    private boolean delete(Ended ended, List<Ended> held) {
        if (live.test(ended.uid())) {
            return false;
        }
        try {
            if (!api.deleteSession(namespace, ended.name(), ended.uid())) {
                held.add(ended);
            }
            return true;
        } catch (KubernetesClientException e) {
            if (e.getCode() / 100 != 4) {
                throw e; // Nothing about this record: the API server is away.
            }
            complain("record of an ended session could not be deleted, trying again in a minute", e);
            return false;
        }
    }

    private synchronized int doomedCount() {
        return doomed.size();
    }

    private synchronized Ended nextDoomed() {
        return doomed.element();
    }

    private synchronized void settle(Ended ended, boolean gone, Instant again) {
        doomed.remove();
        if (gone) {
            sessions.remove(ended.uid());
        } else {
            doomed.add(ended.at(again));
        }
    }

    private static void complain(String what, RuntimeException why) {
        if (!(why instanceof DeposedException)) {
            log.atWarn().addKeyValue("problem", why.getMessage()).log(what);
        }
    }
}
