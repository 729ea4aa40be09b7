package io.aicc.worker.rtp;

/**
 * Limits how many packets a second are looked at, without hurting those that a stalled network delivers all at once: what was
 * not used during the last {@value #BURST_SECONDS} seconds may be used now. Not thread-safe.
 */
final class TokenBucket {
    private static final int BURST_SECONDS = 3;
    private static final long NANOS_PER_SECOND = 1_000_000_000;

    private final long nanosPerToken;
    private final long capacityNanos;
    private long creditNanos;
    private long lastNanos;

    TokenBucket(int perSecond, long nowNanos) {
        nanosPerToken = NANOS_PER_SECOND / perSecond;
        capacityNanos = BURST_SECONDS * NANOS_PER_SECOND;
        creditNanos = capacityNanos;
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
}
