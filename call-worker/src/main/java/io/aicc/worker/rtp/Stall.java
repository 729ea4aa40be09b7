package io.aicc.worker.rtp;

/**
 * A time in which nobody read. The kernel kept what came then, until it had no more room: so what is missing right before the
 * first packet that was sent after that time was lost here, and not on the way. Not thread-safe.
 */
final class Stall {
    /** A packet may have been on its way for so much less than the one before the stall. */
    private static final long TOLERANCE_NANOS = 100_000_000;

    private static final long NANOS_PER_SECOND = 1_000_000_000;

    private final int sampleRateHz;
    private boolean unsettled;
    private boolean kept;
    private long heardNanos;
    private int heardTimestamp;
    private long endNanos;

    Stall(int sampleRateHz) {
        this.sampleRateHz = sampleRateHz;
    }

    /**
     * Nobody read until now.
     *
     * @param heardNanos when the last packet before was heard
     * @param heardTimestamp that packet's
     */
    void ends(long heardNanos, int heardTimestamp, long nowNanos) {
        this.heardNanos = heardNanos;
        this.heardTimestamp = heardTimestamp;
        endNanos = nowNanos;
        kept &= unsettled;
        unsettled = true;
    }

    /** Whether a packet is the first that was sent after it, as its timestamp says. */
    boolean isOverWith(int timestamp) {
        if (!unsettled) {
            return false;
        }
        long sinceHeard = (long) (timestamp - heardTimestamp) * NANOS_PER_SECOND / sampleRateHz;
        unsettled = heardNanos + sinceHeard < endNanos - TOLERANCE_NANOS;
        kept = unsettled;
        return !unsettled;
    }

    /**
     * When the time ended whose last packets are missing, if no packet follows; 0 when none are. The kernel keeps what comes first: if
     * it kept nothing, nothing was sent.
     */
    long cutOffUntilNanos() {
        return unsettled && kept ? endNanos : 0;
    }

    /** Timestamps begin anew; returns whether a packet that was sent after it was still awaited. */
    boolean isCutOff() {
        boolean was = unsettled;
        unsettled = false;
        return was;
    }
}
