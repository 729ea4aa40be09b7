package io.aicc.operator.ari.guard;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many RTP ports of the PBX may be in use before a call goes untapped. Asterisk crashes when it runs out of ports
 * (<a href="https://github.com/asterisk/asterisk/issues/1757">asterisk#1757</a>), so taps stop long before. Every stream has a
 * pair of ports: two legs and two taps make eight for a tapped call. Thread-safe.
 */
public final class PortBudget {
    /** Ports of the two taps of one call. */
    static final int PORTS_OF_TAPS = 4;

    private static final int PORTS_OF_CHANNEL = 2;

    private final int limit;
    private final AtomicInteger admitted = new AtomicInteger();
    private volatile int others;
    private volatile int ours;

    /** @param limit ports that may be in use at the PBX, calls and taps together */
    public PortBudget(int limit) {
        this.limit = limit;
    }

    /** What the PBX has now: channels that occupy ports, ours (taps) apart from the others. */
    public void observe(int channels, int tapChannels) {
        ours = tapChannels * PORTS_OF_CHANNEL;
        others = (channels - tapChannels) * PORTS_OF_CHANNEL;
    }

    /** Sets ports aside for one more call's taps, until {@link #release}; false when there are not enough. */
    public synchronized boolean admit() {
        if (inUse() + PORTS_OF_TAPS > limit) {
            return false;
        }
        admitted.incrementAndGet();
        return true;
    }

    /** A call that is tapped already, by whoever led before us: it counts, and is never refused. */
    public void adopt() {
        admitted.incrementAndGet();
    }

    /** The taps of one call are gone. */
    public void release() {
        admitted.decrementAndGet();
    }

    /** Ports in use or set aside; taps that leaked count too. */
    public int inUse() {
        return others + Math.max(ours, admitted.get() * PORTS_OF_TAPS);
    }

    /** The most there may be. */
    public int limit() {
        return limit;
    }
}
