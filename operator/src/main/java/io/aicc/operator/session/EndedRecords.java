package io.aicc.operator.session;

import io.aicc.crd.CallSession;
import io.aicc.crd.CallSessionStatus.Times;
import io.aicc.crd.Phase;
import io.aicc.operator.kube.KubeWrites;
import io.aicc.operator.pool.WarmPools;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
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
 * ones, so the watch leaves them out, and what is remembered of each is its name and when it ended. Thread-safe.
 */
final class EndedRecords {
    private static final Logger log = LoggerFactory.getLogger(EndedRecords.class);

    private final KubeWrites api;
    private final WarmPools pools;
    private final String namespace;
    private final InstantSource clock;
    private final Predicate<String> live;
    private final Map<String, Queue<Ended>> byPool = new HashMap<>();
    private final Set<String> sessions = new HashSet<>();

    private record Ended(String pool, String name, String uid, Instant at) {}

    /** @param live whether the session of this UID is watched: somebody's hand may bring a record back to life */
    EndedRecords(KubeWrites api, WarmPools pools, String namespace, InstantSource clock, Predicate<String> live) {
        this.api = api;
        this.pools = pools;
        this.namespace = namespace;
        this.clock = clock;
        this.live = live;
    }

    /**
     * Takes in those that there are already.
     *
     * @param visitor sees each of them
     */
    void learn(Consumer<CallSession> visitor) {
        Stream.of(Phase.values())
                .filter(Phase::terminal)
                .forEach(phase -> api.visitSessions(namespace, "status.phase", phase.name(), session -> {
                    visitor.accept(session);
                    add(session);
                }));
    }

    /** The session is over. */
    void add(CallSession session) {
        Times times = session.getStatus() == null ? null : session.getStatus().times();
        Instant at = Call.time(times == null ? null : times.ended()).orElseGet(clock::instant);
        add(new Ended(
                Call.pool(session),
                session.getMetadata().getName(),
                session.getMetadata().getUid(),
                at));
    }

    /** Whether it is over, as far as we know. */
    synchronized boolean has(String uid) {
        return sessions.contains(uid);
    }

    /** Whether a session that left our view has a record all the same: somebody else wrote that it is over. */
    boolean find(CallSession gone) {
        api.visitSessions(namespace, "metadata.name", gone.getMetadata().getName(), found -> {
            boolean same =
                    found.getMetadata().getUid().equals(gone.getMetadata().getUid());
            Phase phase = found.getStatus() == null ? null : found.getStatus().phase();
            if (same && phase != null && phase.terminal()) {
                add(found);
            }
        });
        return has(gone.getMetadata().getUid());
    }

    /** Deletes those whose time is over; run once a second. */
    void sweep() {
        Queue<Ended> due = takeDue();
        try {
            for (Optional<Ended> next = peek(due); next.isPresent(); next = peek(due)) {
                Ended record = next.get();
                if (!live.test(record.uid())) {
                    api.deleteSession(namespace, record.name(), record.uid());
                }
                due.remove();
            }
        } catch (RuntimeException e) {
            due.forEach(this::add);
            log.atWarn()
                    .addKeyValue("records", due.size())
                    .addKeyValue("problem", e.getMessage())
                    .log("records of ended sessions could not be deleted, trying again");
        }
    }

    private synchronized void add(Ended ended) {
        if (sessions.add(ended.uid())) {
            byPool.computeIfAbsent(ended.pool(), pool -> new PriorityQueue<>(Comparator.comparing(Ended::at)))
                    .add(ended);
        }
    }

    private synchronized Queue<Ended> takeDue() {
        Queue<Ended> due = new ArrayDeque<>();
        byPool.forEach((pool, records) -> {
            Instant limit =
                    clock.instant().minus(TimeLimits.of(pools.resource(pool)).keep());
            for (Optional<Ended> next = peek(records);
                    next.filter(ended -> !ended.at().isAfter(limit)).isPresent();
                    next = peek(records)) {
                due.add(records.remove());
                sessions.remove(next.get().uid());
            }
        });
        byPool.values().removeIf(Queue::isEmpty); // Sessions may name any pool.
        return due;
    }

    private static Optional<Ended> peek(Queue<Ended> records) {
        return Optional.ofNullable(records.peek());
    }
}
