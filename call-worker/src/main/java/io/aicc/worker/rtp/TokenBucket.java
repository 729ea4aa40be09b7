package io.aicc.worker.rtp;

/**
 * Limits how many packets a second are looked at, without hurting those that come all at once because a network stalled: what was
 * not used during the last {@value #BURST_SECONDS} seconds may be used now. Nor those that waited because nobody looked: that time
 * is added to the three seconds, so that no stall makes it more than the rate and one burst. Not thread-safe.
 */
final class TokenBucket {
    private static final int BURST_SECONDS = 3;
    private static final long NANOS_PER_SECOND = 1_000_000_000;
    private static final long BURST_NANOS = BURST_SECONDS * NANOS_PER_SECOND;

    private final long nanosPerToken;
    private long capacityNanos = BURST_NANOS;
    private long creditNanos = BURST_NANOS;
    private long lastNanos;

    TokenBucket(int perSecond, long nowNanos) {
        nanosPerToken = NANOS_PER_SECOND / perSecond;
        lastNanos = nowNanos;
    }

    boolean tryTake(long nowNanos) {
        creditNanos = Math.min(capacityNanos, creditNanos + (nowNanos - lastNanos));
        lastNanos = nowNanos;
        if (creditNanos < nanosPerToken) {
            return false;
        }
        creditNanos -= nanosPerToken;
        return true;
    }

    /** Nobody looked for so long; what waited comes now. */
    void unwatched(long nanos) {
        capacityNanos += nanos;
    }

    /** Nothing waits any more. */
    void caughtUp() {
        capacityNanos = BURST_NANOS;
    }
}
