package io.aicc.worker.turn;

/** Power of samples, relative to the largest that 16 bits can hold. */
final class Loudness {
    private static final double FULL_SCALE = 32_768.0 * 32_768.0;
    private static final double SILENCE_DB = -120;

    private Loudness() {}

    /** Mean power without the constant part: 0 for samples that are all the same. */
    static double power(short[] samples, int length) {
        long sum = 0;
        long squares = 0;
        for (int i = 0; i < length; i++) {
            sum += samples[i];
            squares += samples[i] * samples[i];
        }
        double mean = (double) sum / length;
        return Math.max(0, (double) squares / length - mean * mean);
    }

    /** Decibels of full scale. */
    static double db(double power) {
        return power <= 0 ? SILENCE_DB : Math.max(SILENCE_DB, 10 * Math.log10(power / FULL_SCALE));
    }
}
