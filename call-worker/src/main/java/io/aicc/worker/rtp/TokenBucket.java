package io.aicc.worker.rtp;

/**
 * Limits how many packets a second are looked at, without hurting those that come all at once because a network stalled: what was
 * not used during the last {@value #BURST_SECONDS} seconds may be used now. Nor those that waited because nobody looked: that time
 * is added to the three seconds, so that no stall makes it more than the rate and one burst. Not thread-safe.
 */
final class TokenBucket {
    private static final int BURST_SECONDS = 3;
    private static final long NANOS_PER_SECOND = 1_000_000_000;

    private final long nanosPerToken;
    private final long burstNanos;
    private long capacityNanos;
    private long creditNanos;
    private long lastNanos;

    TokenBucket(int perSecond, long nowNanos) {
        this(perSecond, BURST_SECONDS, nowNanos);
    }

    TokenBucket(int perSecond, int burstSeconds, long nowNanos) {
        nanosPerToken = NANOS_PER_SECOND / perSecond;
        burstNanos = burstSeconds * NANOS_PER_SECOND;
        capacityNanos = burstNanos;
        creditNanos = burstNanos;
        lastNanos = nowNanos;
    }

    boolean tryTake(long nowNanos) {
        return tryTake(1, nowNanos);
    }

    /** Takes so many, or none. */
    boolean tryTake(int tokens, long nowNanos) {
        creditNanos = Math.min(capacityNanos, creditNanos + (nowNanos - lastNanos));
        lastNanos = nowNanos;
        if (creditNanos < tokens * nanosPerToken) {
            return false;
        }
        creditNanos -= tokens * nanosPerToken;
        return true;
    }

    /** Nobody looked for so long; what waited comes now. */
    void unwatched(long nanos) {
        capacityNanos += nanos;
    }

    /** Nothing waits any more. */
    void caughtUp() {
        capacityNanos = burstNanos;
    }
}
