package io.aicc.runtime;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait before trying again: anything up to a bound that doubles with every failure in a row, so that many who failed
 * together do not come back in step ("full jitter", AWS Architecture Blog, 2015).
 *
 * @param first bound of the first wait
 * @param longest bound of all
 */
public record Backoff(Duration first, Duration longest, RandomGenerator random) {
    private static final int MOST_DOUBLINGS = 16;

    /**
     * The next wait, of whole milliseconds.
     *
     * @param failures in a row, at least 1
     */
    public Duration after(int failures) {
        long bound = Math.min(longest.toMillis(), first.toMillis() << Math.min(failures - 1, MOST_DOUBLINGS));
        return Duration.ofMillis(random.nextLong(bound + 1));
    }
}
