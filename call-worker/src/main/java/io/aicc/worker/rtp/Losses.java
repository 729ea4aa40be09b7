package io.aicc.worker.rtp;

import io.aicc.worker.rtp.FrameConsumer.GapReason;
import org.jspecify.annotations.Nullable;

/**
 * Tells a consumer what was lost, at most once a second, since each is an event that is kept: the first at once, and what is
 * lost within a second of it as one, from its beginning to its end. Not thread-safe.
 */
final class Losses {
    private static final long EVERY_NANOS = 1_000_000_000;

    private final FrameConsumer consumer;
    private @Nullable GapReason untold;
    private long startMs;
    private long endMs;
    private long nextNanos;

    Losses(FrameConsumer consumer, long nowNanos) {
        this.consumer = consumer;
        nextNanos = nowNanos;
    }

    /** Audio is missing; of several reasons the last of the list is told: {@link GapReason#OVERLOAD} is our own doing. */
    void add(GapReason reason, long fromMs, long toMs) {
        if (untold == null) {
            startMs = fromMs;
        }
        endMs = toMs;
        untold = untold != null && untold.compareTo(reason) > 0 ? untold : reason;
    }

    /** Whether there is something to tell, and it is time. */
    boolean isDue(long nowNanos) {
        return untold != null && nowNanos - nextNanos >= 0;
    }

    /** Tells what was not told yet. */
    void tell(long nowNanos) {
        GapReason reason = untold;
        if (reason != null) {
            untold = null;
            nextNanos = nowNanos + EVERY_NANOS;
            consumer.gap(reason, startMs, endMs);
        }
    }
}
