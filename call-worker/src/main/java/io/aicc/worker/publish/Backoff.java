package io.aicc.worker.publish;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait before the next attempt: anything up to a bound that doubles with every failure in a row, so that workers do
 * not return in step ("full jitter", AWS Architecture Blog, 2015). Not thread-safe.
 */
final class Backoff {
    private static final int MOST_DOUBLINGS = 16;

    private final Duration first;
    private final Duration longest;
    private final RandomGenerator random;
    private int failures;

    /**
     * With no failure yet.
     *
     * @param first bound of the first wait
     * @param longest bound of all
     */
    Backoff(Duration first, Duration longest, RandomGenerator random) {
        this.first = first;
        this.longest = longest;
        this.random = random;
    }

    /** Milliseconds to wait now that an attempt has failed. */
    long failed() {
        long bound = Math.min(longest.toMillis(), first.toMillis() << Math.min(failures++, MOST_DOUBLINGS));
        return random.nextLong(bound + 1);
    }

    /** What fails from now on fails for the first time. */
    void succeeded() {
        failures = 0;
    }
}
