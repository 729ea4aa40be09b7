package io.aicc.operator.ari.call;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ThreadLocalRandom;

/** How often a call's affairs were tried in vain, and when they may be tried again. Not thread-safe. */
final class Attempts {
    private static final long FIRST_PAUSE_MS = 100;
    private static final long LONGEST_PAUSE_MS = 5_000;

    /** So many that failed in a row, seconds, are no passing trouble. */
    private static final int FAILING = 6;

    private final CallMetrics metrics;
    private int failed;
    private Instant notBefore = Instant.MIN;

    Attempts(CallMetrics metrics) {
        this.metrics = metrics;
    }

    /** Number of the attempt that is made now, from 1. */
    int current() {
        return failed + 1;
    }

    /** How long the next one has to wait; zero or less when it may be made. */
    Duration pause(Instant now) {
        return notBefore.isAfter(now) ? Duration.between(now, notBefore) : Duration.ZERO;
    }

    /** One was in vain. */
    void failed(Instant now) {
        failed++;
        metrics.retried();
        if (failed == FAILING) {
            metrics.failing(1);
        }
        long pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS << Math.min(failed - 1, 10));
        notBefore = now.plusMillis(pause / 2 + ThreadLocalRandom.current().nextLong(pause / 2 + 1));
    }

    /** All is as it should be, or nobody's affair any more. */
    void over() {
        if (failed >= FAILING) {
            metrics.failing(-1);
        }
        failed = 0;
        hurry();
    }

    /** What is wanted now is something else: it does not wait. */
    void hurry() {
        notBefore = Instant.MIN;
    }
}
