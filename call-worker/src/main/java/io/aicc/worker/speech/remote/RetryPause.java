package io.aicc.worker.speech.remote;

import io.aicc.runtime.Backoff;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/** How long a speech server is left alone before it is asked again: longer where it said that too much was asked for. */
final class RetryPause {
    private final Backoff backoff;
    private final Duration quota;

    /** As long as a speaker's words can wait. */
    RetryPause(StreamTiming timing) {
        this(timing.firstRetry(), timing.longestRetry(), timing.quotaRetry());
    }

    /**
     * Waits of its own.
     *
     * @param first most that is waited after the first failure
     * @param longest most that is ever waited
     * @param quota waited besides when too much was asked for
     */
    RetryPause(Duration first, Duration longest, Duration quota) {
        this.backoff = new Backoff(first, longest, ThreadLocalRandom.current());
        this.quota = quota;
    }

    /** The wait after so many failures in a row, the first being 1. */
    Duration after(int failures, Failure.Kind kind) {
        Duration wait = backoff.after(failures);
        return kind == Failure.Kind.QUOTA ? quota.plus(wait) : wait;
    }
}
