package io.aicc.operator.pool;

import io.aicc.crd.WorkerPool;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Events about pools that cannot be filled, for whoever describes one at 3 a.m.; the same no more often than every ten minutes. */
final class PoolWarnings {
    private static final Logger log = LoggerFactory.getLogger(PoolWarnings.class);

    static final Duration PAUSE = Duration.ofMinutes(10);

    /** Reasons of the condition that somebody has to do something about. */
    private static final Set<String> SERIOUS = Set.of("PortsExhausted", "MaxWorkersReached", "WorkersFail");

    private final Sink events;
    private final Map<Warning, Instant> told = new ConcurrentHashMap<>();

    private record Warning(String pool, String reason) {}

    /** Where events are written. */
    @FunctionalInterface
    interface Sink {
        void warn(WorkerPool about, String reason, String message, Instant now);
    }

    PoolWarnings(Sink events) {
        this.events = events;
    }

    /** What the pool's condition says now. */
    void tell(WorkerPool pool, String reason, String message, Instant now) {
        Warning warning = new Warning(pool.getMetadata().getName(), reason);
        Instant before = told.get(warning);
        if (!SERIOUS.contains(reason) || before != null && now.isBefore(before.plus(PAUSE))) {
            return;
        }
        told.put(warning, now);
        try {
            events.warn(pool, reason, message, now);
        } catch (RuntimeException e) { // The condition says the same.
            log.atWarn()
                    .addKeyValue("pool", warning.pool())
                    .addKeyValue("reason", reason)
                    .addKeyValue("problem", e.getMessage())
                    .log("event could not be written");
        }
    }

    /** The pool is gone. */
    void forget(String pool) {
        told.keySet().removeIf(warning -> warning.pool().equals(pool));
    }
}
