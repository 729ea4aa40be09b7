package io.aicc.operator.pool;

import io.aicc.crd.WorkerPool;
import io.aicc.operator.kube.KubeWrites;
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

    private final KubeWrites api;
    private final Map<Warning, Instant> told = new ConcurrentHashMap<>();

    private record Warning(String pool, String reason) {}

    PoolWarnings(KubeWrites api) {
        this.api = api;
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
            api.warn(pool, reason, message, now);
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
