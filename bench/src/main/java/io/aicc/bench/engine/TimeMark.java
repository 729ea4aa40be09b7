package io.aicc.bench.engine;

import java.nio.ByteBuffer;

/**
 * A moment, carried by the first 16 bytes of a µ-law payload: four bits in each, as one of the 16 quietest codes (−48 dB of full
 * scale at most), so that speech stays what it is. Moments are those of {@link System#nanoTime()}, which on Linux is one clock
 * for all processes.
 */
public final class TimeMark {
    /** How many bytes it takes. */
    public static final int BYTES = 16;

    private static final int QUIETEST = 0xF0;
    private static final int BITS = 4;
    private static final int ALL = 0xF;

    private TimeMark() {}

    /** Writes a moment where the buffer stands. */
    public static void put(ByteBuffer payload, long nanos) {
        for (int shift = Long.SIZE - BITS; shift >= 0; shift -= BITS) {
            payload.put((byte) (QUIETEST | (int) (nanos >> shift) & ALL));
        }
    }

    /** The moment that a payload carries; negative when it carries none. */
    static long read(byte[] payload) {
        long nanos = 0;
        for (int i = 0; i < BYTES; i++) {
            if ((payload[i] & QUIETEST) != QUIETEST) {
                return -1;
            }
            nanos = nanos << BITS | payload[i] & ALL;
        }
        return nanos; // silence is all ones, hence negative
    }
}
