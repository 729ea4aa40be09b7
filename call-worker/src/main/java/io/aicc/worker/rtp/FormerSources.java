package io.aicc.worker.rtp;

import java.net.InetSocketAddress;
import java.util.LinkedHashMap;

/**
 * Who sends to a port since before it had its call: somebody whose call is another, perhaps one that had this port before. Whoever
 * has been silent for {@value #FORGOTTEN_AFTER_SECONDS} seconds is forgotten, and so are all but the last {@value #MOST}. Not
 * thread-safe.
 */
final class FormerSources {
    static final int MOST = 8;
    static final int FORGOTTEN_AFTER_SECONDS = 2;

    private static final long FORGOTTEN_AFTER_NANOS = FORGOTTEN_AFTER_SECONDS * 1_000_000_000L;

    private final LinkedHashMap<InetSocketAddress, Long> lastNanos = new LinkedHashMap<>();

    /** Somebody sends while there is no call. */
    void add(InetSocketAddress source, long nowNanos) {
        lastNanos.remove(source); // to be the youngest
        lastNanos.put(source, nowNanos);
        if (lastNanos.size() > MOST) {
            lastNanos.pollFirstEntry();
        }
    }

    /** Whether this packet's sender has been sending since then. */
    boolean goesOn(InetSocketAddress source, long nowNanos) {
        Long last = lastNanos.remove(source);
        boolean goesOn = last != null && nowNanos - last < FORGOTTEN_AFTER_NANOS;
        if (goesOn) {
            lastNanos.put(source, nowNanos);
        }
        return goesOn;
    }

    /** They may be the call's own after all. */
    void clear() {
        lastNanos.clear();
    }
}
