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

    /** A worker says that it serves the session. */
    synchronized void heard(String session, WorkerReport report, Instant at) {
        lastHeard.put(session, at);
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

    /** What a process counted that is no more; the next one of its pod goes on with its outbox. */
    synchronized void restarted(String session, WorkerReport last) {
        past.merge(session, new Account(last.outboxHandedOn(), 0), (before, now) -> before.plus(now.report()));
    }

    /** What a worker counted that the session has no more. */
    synchronized void lost(String session, String podUid, WorkerReport last) {
        going.computeIfAbsent(session, key -> new HashMap<>()).put(podUid, last);
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
     * @param now of the worker that serves the session now
     */
    synchronized Optional<Account> account(String session, @Nullable WorkerReport now) {
        Optional<Account> before = earlier(session);
        return now == null ? before : Optional.of(before.orElse(Account.NONE).plus(now));
    }

    synchronized void forget(String session) {
        lastHeard.remove(session);
        covered.remove(session);
        past.remove(session);
        going.remove(session);
        given.remove(session);
    }
}
