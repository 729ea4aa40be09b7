package io.aicc.operator.session;

import io.aicc.crd.CallSessionStatus;
import io.aicc.crd.CallSessionStatus.Summary;
import io.aicc.crd.Phase;
import io.aicc.operator.pool.Account;
import io.aicc.wire.control.WorkerReport;
import io.aicc.wire.control.WorkerReport.CallSummary;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What one session that is over adds to the totals. Taken from what its record says wherever there is one, so that whoever
 * reads the record counts the same. Records may be edited by hand: no value of theirs makes a sum that is none.
 *
 * @param end how it ended
 * @param lastedMs milliseconds; {@link #UNKNOWN} when nobody can tell
 * @param customerPackets RTP packets heard of the customer
 * @param agentPackets RTP packets heard of the agent
 * @param undelivered finals that some receiver never got
 * @param dropped packets that were not heard, by {@linkplain #REASONS reason}
 * @param unserved since when it had no worker, to its end; null when it had one
 */
record Tally(
        End end,
        long lastedMs,
        long customerPackets,
        long agentPackets,
        long undelivered,
        Map<String, Long> dropped,
        @Nullable String unserved) {
    static final long UNKNOWN = -1;

    /** Why a worker drops packets, in its own words, and {@code other} for words that it has not. */
    static final List<String> REASONS = List.of(
            "not_assigned",
            "source",
            "former_source",
            "rate",
            "rtcp",
            "too_short",
            "too_long",
            "version",
            "header",
            "payload_type",
            "dtmf",
            "comfort_noise",
            "payload_size",
            "ssrc",
            "probation",
            "duplicate",
            "late",
            "overload",
            "other");

    private static final String OTHER = REASONS.getLast();
    private static final String LATE = "late";
    private static final long LONGEST_MS = Duration.ofDays(7).toMillis();

    /** More than any call has, and so few that no sum of them ever overflows. */
    private static final long MOST = 1_000_000_000;

    /** How a session can end. */
    enum End {
        ENDED,
        FAILED,
        /** Its record was deleted in mid-call. */
        DELETED;

        String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** As its record says. */
    static Tally of(CallSessionStatus status) {
        End end = status.phase() == Phase.Failed ? End.FAILED : End.ENDED;
        Summary summary = status.summary();
        String unserved = status.times() == null ? null : status.times().unserved();
        return summary == null
                ? new Tally(end, UNKNOWN, 0, 0, 0, Map.of(), unserved)
                : new Tally(
                        end,
                        lasted(summary.durationMs()),
                        sane(summary.customerPackets()),
                        sane(summary.agentPackets()),
                        sane(summary.undelivered()),
                        known(Objects.requireNonNullElse(summary.packetsDropped(), Map.of())),
                        unserved);
    }

    /** The record's summary, as far as it is known here; null when there was none. */
    @Nullable
    Summary summary() {
        return lastedMs == UNKNOWN
                ? null
                : new Summary(lastedMs, customerPackets, agentPackets, 0, 0, 0, dropped, 0, undelivered, 0, 0, null);
    }

    /** Of one that has no record any more: as its workers say. */
    static Tally ofDeleted(@Nullable Account account) {
        if (account == null) {
            return new Tally(End.DELETED, UNKNOWN, 0, 0, 0, Map.of(), null);
        }
        WorkerReport report = account.report();
        CallSummary summary = report.summary();
        return new Tally(
                End.DELETED,
                summary == null ? UNKNOWN : lasted(summary.durationMs()),
                sane(report.customer().received()),
                sane(report.agent().received()),
                sane(summary == null ? report.undelivered() : summary.undelivered()),
                dropped(report),
                null);
    }

    /** What a worker, or a record, says that a call took: not less than nothing, and no longer than a call can. */
    static long lasted(long milliseconds) {
        return between(0, milliseconds, LONGEST_MS);
    }

    /** Packets of both streams that were not heard, by reason; a worker that was broken into adds no names to them. */
    static Map<String, Long> dropped(WorkerReport report) {
        Map<String, Long> dropped = new HashMap<>();
        for (WorkerReport.StreamCounters stream : List.of(report.customer(), report.agent())) {
            dropped.merge(LATE, sane(stream.late()), Long::sum);
            stream.rejected().forEach((reason, packets) -> dropped.merge(reason, sane(packets), Long::sum));
        }
        return known(dropped);
    }

    private static Map<String, Long> known(Map<String, Long> dropped) {
        Map<String, Long> known = new HashMap<>();
        dropped.forEach((reason, packets) -> {
            if (packets > 0) {
                known.merge(REASONS.contains(reason) ? reason : OTHER, sane(packets), (a, b) -> sane(a + b));
            }
        });
        return Map.copyOf(known);
    }

    private static long sane(long count) {
        return between(0, count, MOST);
    }

    private static long between(long least, long value, long most) {
        return Math.clamp(value, least, most);
    }
}
