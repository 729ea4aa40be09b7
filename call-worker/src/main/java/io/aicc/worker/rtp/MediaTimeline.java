package io.aicc.worker.rtp;

/**
 * Where a stream's packets lie on the session's timeline, in samples since the session became ready. Three witnesses are
 * heard: sequence numbers (what is missing), RTP timestamps (how long it was), arrival (how long it can have been). Asterisk
 * derives timestamps from the wall clock, so none is trusted alone. The timeline never goes back. Not thread-safe.
 *
 * @implNote A stream that stalls and then catches up looks, at its first late packet, like one that paused without saying so.
 *     They differ a second later: whoever caught up has, for a moment, no delay left. So the smallest delay of each second
 *     is what counts, and only one above 200 ms moves the timeline: by one packet when it is a slow clock at the other end that
 *     shows, by all of it when it is more than that. A fast clock shows in packets that would end long after they arrived.
 */
final class MediaTimeline {
    private static final long TOLERANCE_MS = 200;
    private static final long DELAY_WINDOW_MS = 1000;
    private static final int DELAY_WINDOW_PACKETS = 25;
    private static final long NANOS_PER_SECOND = 1_000_000_000;

    private final int sampleRateHz;
    private final long zeroNanos;
    private final long tolerance;
    private final long delayWindow;

    private boolean started;
    private long next;
    private int nextTimestamp;
    private long lastArrival;
    private long smallestDelay = Long.MAX_VALUE;
    private long delayWindowStart;
    private int delayWindowPackets;

    /**
     * An empty timeline.
     *
     * @param zeroNanos when the session became ready, on the clock that arrivals are told on
     */
    MediaTimeline(int sampleRateHz, long zeroNanos) {
        this.sampleRateHz = sampleRateHz;
        this.zeroNanos = zeroNanos;
        tolerance = samples(TOLERANCE_MS);
        delayWindow = samples(DELAY_WINDOW_MS);
    }

    /** Samples in so many milliseconds. */
    long samples(long ms) {
        return ms * sampleRateHz / 1000;
    }

    /** Where the last packet ended. */
    long next() {
        return next;
    }

    /** Which sample is due at this time. */
    long at(long nanos) {
        long elapsed = Math.max(0, nanos - zeroNanos);
        return elapsed / NANOS_PER_SECOND * sampleRateHz + elapsed % NANOS_PER_SECOND * sampleRateHz / NANOS_PER_SECOND;
    }

    /** Places the next packet and returns its first sample, at or after {@link #next()} as it was before. */
    long place(MediaPacket packet, int length) {
        long arrival = at(packet.arrivalNanos); // when its last sample was there, at the earliest
        long start;
        if (!started || packet.restart) {
            start = Math.max(next, arrival - length);
            started = true;
            forgetDelays();
        } else {
            start = next + missing(packet, length, arrival);
            start += delay(start, length, arrival);
        }
        next = start + length;
        nextTimestamp = packet.timestamp + length;
        lastArrival = arrival;
        return start;
    }

    /**
     * Whether this packet, which goes on where the one before ended, cannot have been spoken that late: it would end more than
     * 200 ms after it arrived. The clock at the other end is fast, or the stream began with a stall; some packet has to go.
     */
    boolean isAhead(MediaPacket packet, int length) {
        boolean goesOn = started && !packet.restart && packet.lostBefore == 0;
        return goesOn && next + length - at(packet.arrivalNanos) > tolerance;
    }

    /** Leaves a packet out: what follows it lies where it would have been. */
    void leaveOut(MediaPacket packet, int length) {
        nextTimestamp = packet.timestamp + length;
        lastArrival = at(packet.arrivalNanos);
    }

    /**
     * Samples between the packet before and this one. A timestamp is believed when it says what the sequence numbers say, or
     * else when the packet would neither come from the future nor have paused for much longer than it says. Both are the
     * sender's word, so neither puts a packet much later than it arrived.
     */
    private long missing(MediaPacket packet, int length, long arrival) {
        long bySequence = (long) packet.lostBefore * length;
        long byTimestamp = packet.timestamp - nextTimestamp;
        long pause = arrival - lastArrival - length;
        long due = arrival - length - next;
        long most = Math.max(0, due + tolerance);
        boolean believable = byTimestamp >= bySequence && byTimestamp >= pause - tolerance && byTimestamp <= most;
        boolean agreed = byTimestamp == bySequence;
        return Math.min(most, agreed || believable ? byTimestamp : Math.max(bySequence, due));
    }

    /** What to add because the stream fell behind for good: 0 but at the end of a window in which it never caught up. */
    private long delay(long start, int length, long arrival) {
        if (delayWindowPackets == 0) {
            delayWindowStart = arrival;
        }
        delayWindowPackets++;
        smallestDelay = Math.min(smallestDelay, arrival - length - start);
        if (arrival - delayWindowStart < delayWindow || delayWindowPackets < DELAY_WINDOW_PACKETS) {
            return 0;
        }
        long behind = smallestDelay;
        forgetDelays();
        if (behind <= tolerance) {
            return 0;
        }
        return behind > 2 * tolerance ? behind : length;
    }

    private void forgetDelays() {
        smallestDelay = Long.MAX_VALUE;
        delayWindowPackets = 0;
    }
}
