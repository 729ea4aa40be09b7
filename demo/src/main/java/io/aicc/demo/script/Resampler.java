package io.aicc.demo.script;

/**
 * Brings recordings of any rate to the telephone's 8 kHz.
 *
 * @implNote Band-limited interpolation (J. O. Smith, "Digital Audio Resampling"): a sinc under a Hann window, 16 zero crossings
 *     to each side, cut off a little below half of the lower rate. The filter is computed once for every position that an output
 *     sample can have between two input samples.
 */
final class Resampler {
    private static final int OUTPUT_RATE_HZ = Recording.SAMPLE_RATE_HZ;
    private static final int ZERO_CROSSINGS = 16;
    private static final double PASS_BAND = 0.94;

    private Resampler() {}

    /** The same sound at 8 kHz; the very same array when it has that rate already. */
    static short[] toTelephone(short[] samples, int rateHz) {
        if (rateHz == OUTPUT_RATE_HZ) {
            return samples;
        }
        int common = gcd(rateHz, OUTPUT_RATE_HZ);
        int inputStep = rateHz / common;
        int phases = OUTPUT_RATE_HZ / common;
        float[][] filters = new float[phases][];
        short[] out = new short[(int) ((long) samples.length * OUTPUT_RATE_HZ / rateHz)];
        for (int i = 0; i < out.length; i++) {
            long position = (long) i * inputStep;
            int phase = (int) (position % phases);
            if (filters[phase] == null) {
                filters[phase] = filter((double) phase / phases, (double) OUTPUT_RATE_HZ / rateHz);
            }
            out[i] = at(samples, (int) (position / phases), filters[phase]);
        }
        return out;
    }

    private static short at(short[] samples, int center, float[] filter) {
        int first = center - (filter.length / 2 - 1);
        float sum = 0;
        for (int tap = Math.max(0, -first); tap < filter.length && first + tap < samples.length; tap++) {
            sum += filter[tap] * samples[first + tap];
        }
        return (short) Math.clamp(Math.round(sum), Short.MIN_VALUE, Short.MAX_VALUE);
    }

    /** Taps for an output that lies {@code offset} input samples behind the one in the middle. */
    private static float[] filter(double offset, double ratio) {
        double cutoff = PASS_BAND * Math.min(1, ratio);
        int half = (int) Math.ceil(ZERO_CROSSINGS / cutoff);
        float[] taps = new float[2 * half];
        double sum = 0;
        for (int tap = 0; tap < taps.length; tap++) {
            double distance = tap - (half - 1) - offset;
            double window = Math.pow(Math.cos(Math.PI / 2 * distance / half), 2);
            double sinc = distance == 0 ? 1 : Math.sin(Math.PI * cutoff * distance) / (Math.PI * cutoff * distance);
            taps[tap] = (float) (sinc * window);
            sum += taps[tap];
        }
        for (int tap = 0; tap < taps.length; tap++) {
            taps[tap] /= (float) sum;
        }
        return taps;
    }

    private static int gcd(int a, int b) {
        return b == 0 ? a : gcd(b, a % b);
    }
}
