package io.aicc.operator.session;

import io.aicc.runtime.ProcessMetrics;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.Supplier;

/** How fast sessions get and lose their workers, and what went wrong with those since this process began. Thread-safe. */
final class SessionMetrics {
    private static final Duration LONGEST = Duration.ofDays(7);

    private final MeterRegistry registry;
    private final InstantSource clock;
    private final Timer claims;
    private final Timer reclaims;
    private final Counter replacements;
    private final Counter stale;
    private final Counter orphans;

    SessionMetrics(MeterRegistry registry, InstantSource clock) {
        this.registry = registry;
        this.clock = clock;
        claims = ProcessMetrics.latency("aicc_claim", "From the request to a worker's acknowledgement, written down")
                .register(registry);
        reclaims = ProcessMetrics.latency("aicc_reclaim", "From hang-up until the worker's sockets were closed")
                .register(registry);
        replacements = Counter.builder("aicc_workers_replaced")
                .description("Workers that were lost in mid-call and replaced")
                .register(registry);
        stale = Counter.builder("aicc_sessions_stale")
                .description("Sessions that nobody ended, ended because nothing was heard for longer than their ttl")
                .register(registry);
        orphans = Counter.builder("aicc_leaks")
                .description(
                        "What had to be swept up: workers of sessions that nobody knew, port pairs of pods that never came")
                .tag("kind", "worker")
                .register(registry);
    }

    /** A session that was asked for then is ready now. */
    void claimed(Instant requestedAt) {
        claims.record(sane(Duration.between(requestedAt, clock.instant())));
    }

    /** @param count of calls that have lost their worker, at any moment */
    void unserved(Supplier<Number> count) {
        Gauge.builder("aicc_calls_unserved", count)
                .description("Live calls that have lost their worker and have no other: nobody hears them")
                .register(registry);
    }

    /** A call goes on with another worker. */
    void replaced() {
        replacements.increment();
    }

    /** A session was ended because nothing was heard. */
    void stale() {
        stale.increment();
    }

    /** A worker was at work for a session that was deleted, or that nobody ever knew. */
    void leaked() {
        orphans.increment();
    }

    /** The sockets of a call that was hung up then were closed at that moment. */
    void reclaimed(Instant hungUp, Instant closed) {
        reclaims.record(sane(Duration.between(hungUp, closed)));
    }

    /** What workers and records say of times may be anything; a sum of them has to stay a sum. */
    private static Duration sane(Duration duration) {
        if (duration.isNegative()) {
            return Duration.ZERO;
        }
        return duration.compareTo(LONGEST) > 0 ? LONGEST : duration;
    }
}
