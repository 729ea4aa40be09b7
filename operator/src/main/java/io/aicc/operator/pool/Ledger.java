package io.aicc.operator.pool;

import io.aicc.wire.control.CoveredUntil;
import io.aicc.wire.control.WorkerReport;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What workers were told and said of the sessions that they serve or served, until a session is forgotten. Thread-safe. */
public final class Ledger {
    private final Map<String, Instant> lastHeard = new HashMap<>();
    private final Map<String, CoveredUntil> covered = new HashMap<>();
    private final Map<String, Account> past = new HashMap<>();

    /** What those said last that have lost their session and may still be draining its words, by session and pod. */
    private final Map<String, Map<String, WorkerReport>> going = new HashMap<>();

    /** Finals on the disks of processes that are no more, which nobody tells of until the next one has its call, by session and pod. */
    private final Map<String, Map<String, Long>> onDisk = new HashMap<>();

    private final Map<String, Given> given = new HashMap<>();

    /**
     * A worker was told that the session is its own, and did not refuse.
     *
     * @param podUid the worker's pod
     * @param generation as which of the session's workers, from 1
     */
    public record Given(String podUid, int generation) {}

    /** It may have the session from here on, whether it says so or not. */
    public synchronized void given(String session, Given to) {
        given.put(session, to);
    }

    /** The last one; empty when there was none since we lead. */
    public synchronized Optional<Given> given(String session) {
        return Optional.ofNullable(given.get(session));
    }

    /** A worker says that it serves the session, and what of it is on its disk. */
    synchronized void heard(String session, String podUid, WorkerReport report, Instant at) {
        lastHeard.put(session, at);
        takeFromDisk(session, podUid);
        if (report.coveredUntil() != null) {
            covered.put(session, report.coveredUntil().notAfter(at));
        }
    }

    /** When one last did; empty when none was heard. */
    public synchronized Optional<Instant> lastHeard(String session) {
        return Optional.ofNullable(lastHeard.get(session));
    }

    /** How much of it that worker had covered; empty when it did not say so. */
    public synchronized Optional<CoveredUntil> coveredUntil(String session) {
        return Optional.ofNullable(covered.get(session));
    }

    /** What a leader before us wrote down; before anything is heard. */
    synchronized void begin(String session, Account account) {
        past.put(session, account);
    }

    /** What a process counted that is no more; the next one of its pod goes on with its outbox, if it gets the call. */
    synchronized void restarted(String session, String podUid, WorkerReport last) {
        WorkerReport gone = last.outboxHandedOn();
        add(session, gone);
        onDisk.computeIfAbsent(session, key -> new HashMap<>()).put(podUid, last.undelivered() - gone.undelivered());
    }

    /**
     * The session has that worker no more: nobody goes on with what is on its disk.
     *
     * @param last what it counted; null when its process has not spoken of the session
     */
    synchronized void lost(String session, String podUid, @Nullable WorkerReport last) {
        if (last != null) {
            going.computeIfAbsent(session, key -> new HashMap<>()).put(podUid, last);
        }
        Long finals = takeFromDisk(session, podUid);
        if (finals != null) {
            add(session, WorkerReport.undelivered(finals));
        }
    }

    private @Nullable Long takeFromDisk(String session, String podUid) {
        Map<String, Long> pods = onDisk.get(session);
        return pods == null ? null : pods.remove(podUid);
    }

    private void add(String session, WorkerReport gone) {
        past.merge(session, new Account(gone, 0), (before, now) -> before.plus(now.report()));
    }

    /** Whether the session has a worker no more that it had. */
    synchronized boolean isLost(String session, String podUid) {
        return going.getOrDefault(session, Map.of()).containsKey(podUid);
    }

    /** A worker speaks of a session that it may have lost. */
    synchronized void heardOnceMore(String session, String podUid, WorkerReport report) {
        Map<String, WorkerReport> lost = going.get(session);
        if (lost != null) {
            lost.computeIfPresent(podUid, (pod, before) -> report);
        }
    }

    /** It is written down that so many times by now another worker process had to go on. */
    public synchronized void takeovers(String session, int count) {
        past.merge(session, new Account(Account.NONE.report(), count), (before, now) -> before.takeoversAtLeast(count));
    }

    /** What those counted that the session has no more; empty when there was none. */
    public synchronized Optional<Account> earlier(String session) {
        Collection<WorkerReport> lost = going.getOrDefault(session, Map.of()).values();
        Account known = past.get(session);
        if (known == null && lost.isEmpty()) {
            return Optional.empty();
        }
        Account sum = known == null ? Account.NONE : known;
        for (WorkerReport report : lost) {
            sum = sum.plus(report);
        }
        return Optional.of(sum);
    }

    /**
     * What all of them counted; empty when none was heard.
     *
     * @param now of the worker that serves the session now; null: nobody does
     */
    synchronized Optional<Account> account(String session, @Nullable WorkerReport now) {
        Optional<Account> before = earlier(session);
        if (now != null) {
            return Optional.of(before.orElse(Account.NONE).plus(now));
        }
        long left = onDisk.getOrDefault(session, Map.of()).values().stream()
                .mapToLong(Long::longValue)
                .sum();
        return before.map(sum ->
                left == 0 ? sum : new Account(WorkerReport.undelivered(left).plus(sum.report()), sum.takeovers()));
    }

    synchronized void forget(String session) {
        lastHeard.remove(session);
        covered.remove(session);
        past.remove(session);
        going.remove(session);
        onDisk.remove(session);
        given.remove(session);
    }
}
