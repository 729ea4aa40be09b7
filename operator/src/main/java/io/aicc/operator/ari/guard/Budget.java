package io.aicc.operator.ari.guard;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * What the calls of one PBX may use before the next one goes untapped: RTP ports of the PBX, and workers. Asterisk crashes when
 * it runs out of ports (<a href="https://github.com/asterisk/asterisk/issues/1757">asterisk#1757</a>), so taps stop long before.
 * Every stream has a pair of ports: two legs and two taps make eight for a tapped call. Thread-safe.
 */
public final class Budget {
    /** Ports of the two taps of one call. */
    static final int PORTS_OF_TAPS = 4;

    private static final int PORTS_OF_CHANNEL = 2;

    private final int ports;
    private final int calls;
    private final AtomicInteger admitted = new AtomicInteger();
    private volatile int others;
    private volatile int ours;

    /** Whether one more call may be tapped. */
    public enum Verdict {
        ADMITTED,
        TOO_FEW_PORTS,
        TOO_MANY_CALLS
    }

    /**
     * @param ports that may be in use at the PBX, calls and taps together
     * @param calls that may be tapped at once
     */
    public Budget(int ports, int calls) {
        this.ports = ports;
        this.calls = calls;
    }

    /** What the PBX has now: channels that occupy ports, ours (taps) apart from the others. */
    public void observe(int channels, int tapChannels) {
        ours = tapChannels * PORTS_OF_CHANNEL;
        others = (channels - tapChannels) * PORTS_OF_CHANNEL;
    }

    /** Sets aside what one more call's taps need, until {@link #release}; or says what there is not enough of. */
    public synchronized Verdict admit() {
        if (portsInUse() + PORTS_OF_TAPS > ports) {
            return Verdict.TOO_FEW_PORTS;
        }
        if (admitted.get() >= calls) {
            return Verdict.TOO_MANY_CALLS;
        }
        admitted.incrementAndGet();
        return Verdict.ADMITTED;
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
    public int portsInUse() {
        return others + Math.max(ours, admitted.get() * PORTS_OF_TAPS);
    }

    /** The most ports that there may be. */
    public int ports() {
        return ports;
    }

    /** The most calls that may be tapped. */
    public int calls() {
        return calls;
    }
}
