package io.aicc.operator.session;

import io.aicc.wire.control.WorkerReport;
import io.aicc.wire.control.WorkerReport.StreamCounters;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What calls add up to. A worker lives for one call and would take its counters with it between two scrapes: so its totals
 * are added here, once, by whoever wrote the end of the session into its record.
 */
final class SessionMetrics {
    private static final Duration LONGEST = Duration.ofDays(7);

    private static final Duration[] FAST = {
        Duration.ofMillis(5),
        Duration.ofMillis(10),
        Duration.ofMillis(20),
        Duration.ofMillis(50),
        Duration.ofMillis(100),
        Duration.ofMillis(250),
        Duration.ofMillis(500),
        Duration.ofSeconds(1),
        Duration.ofMillis(2_500),
        Duration.ofSeconds(5),
        Duration.ofSeconds(10),
        Duration.ofSeconds(30)
    };
    private static final Duration[] LONG = {
        Duration.ofSeconds(10),
        Duration.ofSeconds(30),
        Duration.ofMinutes(1),
        Duration.ofMinutes(3),
        Duration.ofMinutes(10),
        Duration.ofMinutes(30),
        Duration.ofHours(1)
    };

    private static final int MAX_REASONS = 16;

    private final MeterRegistry registry;
    private final InstantSource clock;
    private final Timer claims;
    private final Timer reclaims;
    private final Timer durations;
    private final Counter replacements;
    private final Counter undelivered;
    private final Set<String> reasons = ConcurrentHashMap.newKeySet();

    /** How a session can end. */
    enum End {
        ENDED,
        FAILED,
        DELETED;

        private String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    SessionMetrics(MeterRegistry registry, InstantSource clock) {
        this.registry = registry;
        this.clock = clock;
        claims = timer("aicc_claim", "From the request to a worker's acknowledgement, written down", FAST);
        reclaims = timer("aicc_reclaim", "From hang-up until the worker's sockets were closed", FAST);
        durations = timer("aicc_call_duration", "Duration of calls that ended", LONG);
        replacements = Counter.builder("aicc_workers_replaced")
                .description("Workers that were lost in mid-call and replaced")
                .register(registry);
        undelivered = Counter.builder("aicc_transcripts_undelivered")
                .description("Finals that some receiver had not got by the drain limit of their call")
                .register(registry);
        // What Prometheus has not seen at zero, it cannot see rise to one.
        for (End end : End.values()) {
            calls(end);
        }
        packets("customer");
        packets("agent");
        dropped("late");
    }

    /** A session that was asked for then is ready now. */
    void claimed(Instant requestedAt) {
        claims.record(sane(Duration.between(requestedAt, clock.instant())));
    }

    /** A call goes on with another worker. */
    void replaced() {
        replacements.increment();
    }

    /** A session is over. */
    void ended(End how, @Nullable WorkerReport totals) {
        calls(how).increment();
        if (totals == null) {
            return;
        }
        WorkerReport.CallSummary summary = totals.summary();
        undelivered.increment(undelivered(totals));
        if (summary != null) {
            durations.record(sane(Duration.ofMillis(summary.durationMs())));
        }
        add("customer", totals.customer());
        add("agent", totals.agent());
    }

    /** How many finals a worker gave up; 0 when it has not said so. */
    static long undelivered(@Nullable WorkerReport totals) {
        WorkerReport.CallSummary summary = totals == null ? null : totals.summary();
        return summary == null ? 0 : Math.max(0, summary.undelivered());
    }

    /** The sockets of a call that was hung up then were closed at that moment. */
    void reclaimed(Instant hungUp, Instant closed) {
        reclaims.record(sane(Duration.between(hungUp, closed)));
    }

    private void add(String stream, StreamCounters counters) {
        packets(stream).increment(counters.received());
        dropped("late").increment(counters.late());
        counters.rejected().forEach((reason, packets) -> dropped(reason).increment(packets));
    }

    private Counter packets(String stream) {
        return Counter.builder("aicc_udp_packets")
                .description("RTP packets heard in calls that are over")
                .tag("stream", stream)
                .register(registry);
    }

    private Counter dropped(String reason) {
        return Counter.builder("aicc_udp_dropped")
                .description("UDP packets not heard, by reason, in calls that are over")
                .tag("reason", known(reason))
                .register(registry);
    }

    /** A worker that was broken into must not be able to fill our memory with names of reasons. */
    private String known(String reason) {
        boolean room = reasons.size() < MAX_REASONS;
        return reasons.contains(reason) || (room && reason.matches("[a-z_]{1,32}") && reasons.add(reason))
                ? reason
                : "other";
    }

    private Counter calls(End end) {
        return Counter.builder("aicc_calls")
                .description("Sessions that are over, by how they ended")
                .tag("status", end.label())
                .register(registry);
    }

    private Timer timer(String name, String description, Duration[] buckets) {
        return Timer.builder(name)
                .description(description)
                .serviceLevelObjectives(buckets)
                .register(registry);
    }

    /** What workers and records say of times may be anything; a sum of them has to stay a sum. */
    private static Duration sane(Duration duration) {
        if (duration.isNegative()) {
            return Duration.ZERO;
        }
        return duration.compareTo(LONGEST) > 0 ? LONGEST : duration;
    }
}
