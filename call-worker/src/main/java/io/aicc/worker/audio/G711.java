package io.aicc.worker.audio;

/**
 * The two laws of ITU-T G.711, each as a table of 256 samples.
 *
 * <p>Both laws write a sample as sign, segment and step, with bits inverted for the line: all of them in µ-law, every second
 * one in A-law.
 *
 * <pre>
 *   7   6 5 4   3 2 1 0
 *  sign segment   step
 * </pre>
 *
 * A segment is twice as wide as the one below. A code stands for the middle of its step. The samples fill 16 bits: µ-law's 14
 * bits are shifted by 2, A-law's 13 by 3.
 */
enum G711 implements PayloadDecoder {
    MU_LAW(0xFF) {
        @Override
        int magnitude(int segment, int step) {
            int bias = 33; // makes every segment start at a power of two (G.711 table 2a)
            return (((2 * step + bias) << segment) - bias) << 2;
        }
    },
    A_LAW(0x55) {
        @Override
        int magnitude(int segment, int step) {
            int middle = 2 * step + 1; // the first two segments share one step size (G.711 table 1a)
            return (segment == 0 ? middle : (middle + 32) << (segment - 1)) << 3;
        }
    };

    private static final int SIGN = 0x80;

    private final short[] samples = new short[256];
    private final byte silence;

    G711(int inverted) {
        for (int code = 0; code < samples.length; code++) {
            int plain = code ^ inverted;
            int magnitude = magnitude(plain >> 4 & 7, plain & 15);
            boolean positive = (code & SIGN) != 0; // sent as 1 for positive by both laws
            samples[code] = (short) (positive ? magnitude : -magnitude);
        }
        silence = (byte) (SIGN | inverted & 0x7F);
    }

    /** Distance from zero, on the scale of 16 bit samples. */
    abstract int magnitude(int segment, int step);

    @Override
    public int bytesPerSample() {
        return 1;
    }

    @Override
    public byte silence() {
        return silence;
    }

    @Override
    public int decode(byte[] payload, int length, short[] out) {
        for (int i = 0; i < length; i++) {
            out[i] = samples[payload[i] & 0xFF];
        }
        return length;
    }
}
