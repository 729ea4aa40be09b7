package io.aicc.operator.pool;

import io.aicc.wire.control.Told;
import io.aicc.wire.control.WorkerReport;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What workers said of the sessions that they serve or served, until a session is forgotten. Guarded by its pool's lock. */
final class Ledger {
    /** How many lives of workers are counted for one session: more have hardly heard anything of it. */
    private static final int MOST_LIVES = 100;

    private final Map<String, Instant> lastHeard = new HashMap<>();
    private final Map<String, Told> told = new HashMap<>();
    private final Map<String, List<WorkerReport>> earlier = new HashMap<>();

    /** A worker says that it serves the session. */
    void heard(String session, WorkerReport report, Instant at) {
        lastHeard.put(session, at);
        if (report.told() != null) {
            told.put(session, report.told());
        }
    }

    /** When one last did; empty when none was heard. */
    Optional<Instant> lastHeard(String session) {
        return Optional.ofNullable(lastHeard.get(session));
    }

    /** How much of it that worker had told; empty when it did not say so. */
    Optional<Told> told(String session) {
        return Optional.ofNullable(told.get(session));
    }

    /** What a worker counted before it forgets, or is lost. */
    void keep(String session, WorkerReport last) {
        List<WorkerReport> kept = earlier.computeIfAbsent(session, key -> new ArrayList<>());
        if (kept.size() < MOST_LIVES) {
            kept.add(last);
        }
    }

    /**
     * What all of them counted; empty when none was heard.
     *
     * @param now of the worker that serves the session now
     */
    Optional<Account> account(String session, @Nullable WorkerReport now) {
        List<WorkerReport> reports = new ArrayList<>(earlier.getOrDefault(session, List.of()));
        int takeovers = reports.size();
        if (now != null) {
            reports.add(now);
        } else if (takeovers > 0) {
            takeovers--; // Nobody took over from the last one.
        }
        int counted = takeovers;
        return reports.stream().reduce(WorkerReport::plus).map(sum -> new Account(sum, counted));
    }

    void forget(String session) {
        lastHeard.remove(session);
        told.remove(session);
        earlier.remove(session);
    }
}
