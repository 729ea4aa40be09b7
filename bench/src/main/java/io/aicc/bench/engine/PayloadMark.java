package io.aicc.bench.engine;

import java.nio.ByteBuffer;

/**
 * A number that a packet carries from whoever sends it to an engine: the first 16 bytes of a µ-law payload, four bits in each,
 * as one of the 16 quietest codes (−48 dB of full scale at most), so that speech stays what it is. Silence is no mark, hence 0.
 * Where it is a moment, it is one of {@link System#nanoTime()}, which on Linux is one clock for all processes.
 */
public final class PayloadMark {
    /** How many bytes it takes. */
    public static final int BYTES = 16;

    /** What a packet without a mark reads as. */
    public static final long NONE = 0;

    private static final int SILENCE = 0xFF;
    private static final int BITS = 4;
    private static final int ALL = 0xF;

    /** From one of the quietest codes to the next, in 16 bit linear. */
    private static final int STEP = 8;

    private PayloadMark() {}

    /** Writes a number where the buffer stands. */
    public static void put(ByteBuffer payload, long number) {
        for (int i = 0; i < BYTES; i++) {
            payload.put((byte) (SILENCE - digit(number, i)));
        }
    }

    /** Writes a number into every packet of a linear track. */
    public static void mark(short[] track, int samplesPerPacket, long number) {
        for (int packet = 0; packet + BYTES <= track.length; packet += samplesPerPacket) {
            for (int i = 0; i < BYTES; i++) {
                track[packet + i] = (short) (STEP * digit(number, i));
            }
        }
    }

    /** The number that a payload carries. */
    static long read(byte[] payload) {
        long number = 0;
        for (int i = 0; i < BYTES; i++) {
            int digit = SILENCE - Byte.toUnsignedInt(payload[i]);
            if (digit > ALL) {
                return NONE;
            }
            number = number << BITS | digit;
        }
        return number;
    }

    private static int digit(long number, int place) {
        return (int) (number >>> (BYTES - 1 - place) * BITS) & ALL;
    }
}
