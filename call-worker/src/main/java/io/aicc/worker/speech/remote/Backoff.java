package io.aicc.worker.speech.remote;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.random.RandomGenerator;

/**
 * How long to wait before trying again: anything up to a bound that doubles, so that many who failed together do not come
 * back together ("full jitter", AWS Architecture Blog, 2015).
 */
final class Backoff {
    private final Timing timing;
    private final RandomGenerator random;

    Backoff(Timing timing) {
        this(timing, ThreadLocalRandom.current());
    }

    Backoff(Timing timing, RandomGenerator random) {
        this.timing = timing;
        this.random = random;
    }

    /** The wait after so many failures in a row, the first being 1. */
    Duration after(int failures, Failure.Kind kind) {
        long bound = timing.firstRetry().toNanos() << Math.min(failures - 1, 20);
        long most = Math.min(timing.longestRetry().toNanos(), bound);
        Duration wait = Duration.ofNanos(random.nextLong(most + 1));
        return kind == Failure.Kind.QUOTA ? timing.quotaRetry().plus(wait) : wait;
    }
}
