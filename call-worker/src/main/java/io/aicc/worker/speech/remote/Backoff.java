package io.aicc.worker.speech.remote;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.random.RandomGenerator;

/**
 * How long to wait before trying again: anything up to a bound that doubles, so that many who failed together do not come
 * back together ("full jitter", AWS Architecture Blog, 2015).
 */
final class Backoff {
    private final Duration first;
    private final Duration longest;
    private final Duration quota;
    private final RandomGenerator random = ThreadLocalRandom.current();

    /** As long as a speaker's words can wait. */
    Backoff(Timing timing) {
        this(timing.firstRetry(), timing.longestRetry(), timing.quotaRetry());
    }

    /**
     * Waits of its own.
     *
     * @param first most that is waited after the first failure
     * @param longest most that is ever waited
     * @param quota waited besides when too much was asked for
     */
    Backoff(Duration first, Duration longest, Duration quota) {
        this.first = first;
        this.longest = longest;
        this.quota = quota;
    }

    /** The wait after so many failures in a row, the first being 1. */
    Duration after(int failures, Failure.Kind kind) {
        long bound = first.toNanos() << Math.min(failures - 1, 20);
        long most = Math.min(longest.toNanos(), bound);
        Duration wait = Duration.ofNanos(random.nextLong(most + 1));
        return kind == Failure.Kind.QUOTA ? quota.plus(wait) : wait;
    }
}
