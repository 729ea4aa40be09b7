package io.aicc.operator.ari.link;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait before the next try: anything up to a limit that doubles with each failure, so that many who lost the same
 * PBX do not come back in step (<a href="https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/">full
 * jitter</a>).
 *
 * @param first limit of the first wait
 * @param longest limit of all waits
 */
record Backoff(Duration first, Duration longest, RandomGenerator random) {
    private static final int MAX_DOUBLINGS = 20;

    /** @param attempt from 1 */
    Duration before(int attempt) {
        long limit = Math.min(longest.toMillis(), first.toMillis() << Math.min(attempt - 1, MAX_DOUBLINGS));
        return Duration.ofMillis(random.nextLong(limit + 1));
    }
}
