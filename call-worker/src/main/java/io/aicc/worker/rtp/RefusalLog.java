package io.aicc.worker.rtp;

import io.aicc.wire.event.Channel;
import java.net.InetSocketAddress;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Tells which packets of a stream are refused: at most one line a second for each reason, with the number of packets that it
 * stands for, what came too soon after the line before among them. Not thread-safe.
 */
final class RefusalLog {
    private static final Logger log = LoggerFactory.getLogger(RefusalLog.class);

    private static final RejectReason[] REASONS = RejectReason.values();
    private static final long EVERY_NANOS = 1_000_000_000;

    private final String stream;
    private final StreamStats stats;
    private final long[] nextNanos = new long[REASONS.length];
    private final long[] told = new long[REASONS.length];
    private final @Nullable InetSocketAddress[] sources = new InetSocketAddress[REASONS.length];

    RefusalLog(Channel speaker, StreamStats stats, long nowNanos) {
        stream = speaker.label();
        this.stats = stats;
        Arrays.fill(nextNanos, nowNanos);
    }

    /** A packet was refused, and counted. */
    void refused(RejectReason reason, InetSocketAddress source, long nowNanos) {
        sources[reason.ordinal()] = source;
        tellIfDue(reason, nowNanos);
    }

    /** To be called every now and then: tells what is still untold, also of packets that were refused only after a while. */
    void tick(long nowNanos) {
        for (RejectReason reason : REASONS) {
            tellIfDue(reason, nowNanos);
        }
    }

    private void tellIfDue(RejectReason reason, long nowNanos) {
        int index = reason.ordinal();
        long count = stats.rejected(reason);
        if (count == told[index] || nowNanos - nextNanos[index] < 0) {
            return;
        }
        log.atLevel(reason.isOrdinary() ? Level.DEBUG : Level.WARN)
                .addKeyValue("stream", stream)
                .addKeyValue("reason", reason.label())
                .addKeyValue("packets", count - told[index])
                .addKeyValue("last_source", sources[index])
                .log("packets refused");
        nextNanos[index] = nowNanos + EVERY_NANOS;
        told[index] = count;
    }
}
