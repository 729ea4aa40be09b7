package io.aicc.demo.player;

/** Encodes G.711 µ-law (ITU-T G.711 table 2): 14 bit magnitude in eight segments, all bits inverted. */
public final class MuLaw {
    private static final int BIAS = 0x84;
    private static final int CLIP = 32_635;

    /** What silence encodes to. */
    static final byte SILENCE = (byte) 0xFF;

    private MuLaw() {}

    /** A whole track, a byte a sample. */
    public static byte[] encode(short[] samples) {
        byte[] codes = new byte[samples.length];
        for (int i = 0; i < samples.length; i++) {
            codes[i] = encode(samples[i]);
        }
        return codes;
    }

    /** The code of a signed 16 bit sample. */
    public static byte encode(short sample) {
        int sign = sample < 0 ? 0x80 : 0;
        int magnitude = Math.min(Math.abs((int) sample), CLIP) + BIAS;
        int exponent = 24 - Integer.numberOfLeadingZeros(magnitude);
        int mantissa = (magnitude >> (exponent + 3)) & 0x0F;
        return (byte) ~(sign | exponent << 4 | mantissa);
    }
}
