package io.aicc.worker.call;

import java.util.Arrays;

/** The last latencies of a call, for their median; milliseconds. Bounded, thread-safe. */
final class Latencies {
    private static final int KEPT = 1024;

    private final long[] kept = new long[KEPT];
    private int count;

    synchronized void add(long millis) {
        kept[count++ % KEPT] = millis;
    }

    /** 0 when there are none. */
    synchronized long median() {
        int size = Math.min(count, KEPT);
        if (size == 0) {
            return 0;
        }
        long[] sorted = Arrays.copyOf(kept, size);
        Arrays.sort(sorted);
        return sorted[size / 2];
    }
}
