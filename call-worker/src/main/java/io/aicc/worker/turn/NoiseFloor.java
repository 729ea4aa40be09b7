package io.aicc.worker.turn;

import java.util.Arrays;

/**
 * How loud the background is: the quietest moment of the last few seconds, speech or not, since even fluent speech has
 * moments in which only the background is left. Not thread-safe.
 *
 * @implNote Minimum statistics (R. Martin, IEEE Transactions on Speech and Audio Processing 9(5), 2001) over {@value #PARTS} parts
 *     of {@value #PART_MS} ms, without smoothing, which would hide the short pauses of fluent speech, and without bias correction:
 *     20 ms are long enough for the margins above the floor to hold the difference.
 */
final class NoiseFloor {
    /** Line noise of a good connection, before anything was heard. */
    private static final double INITIAL_DB = -60;

    private static final int PARTS = 8;
    private static final int PART_MS = 500;
    private static final int SHORTEST_MS = 10;

    private final double[] minima = new double[PARTS];
    private int part;
    private double partMs;
    private double floorDb = INITIAL_DB;

    NoiseFloor() {
        Arrays.fill(minima, Double.MAX_VALUE);
    }

    double db() {
        return floorDb;
    }

    /** Takes the mean power of the next piece of audio. Silence that a gateway or we put in says nothing of the background. */
    void hear(double power, double ms) {
        if (power == 0 || ms < SHORTEST_MS) {
            return;
        }
        minima[part] = Math.min(minima[part], power);
        partMs += ms;
        if (partMs >= PART_MS) {
            floorDb = Loudness.db(Arrays.stream(minima).min().orElseThrow());
            partMs = 0;
            part = (part + 1) % PARTS;
            minima[part] = Double.MAX_VALUE;
        }
    }
}
