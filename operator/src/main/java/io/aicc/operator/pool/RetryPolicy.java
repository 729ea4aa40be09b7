package io.aicc.operator.pool;

import java.time.Duration;
import java.time.Instant;

/**
 * Whether a worker that was told of its call and did not answer in time is told again, or of no more use. One that lives is
 * slow because processors are short, here or at its node: another would be no faster, and the pod that is made for it takes
 * more of them. Guarded by its pool's lock.
 */
final class RetryPolicy {
    /** A worker that is heard and does not answer in so long is of no use to two people who speak already. */
    static final Duration LIMIT = Duration.ofSeconds(10);

    /** What was lost on the way is no reason to let a worker go. */
    private static final int TRIES = 2;

    /** So many that were given up, none having answered in between: it is we who are slow, or the way to all of them. */
    static final int IN_A_ROW = 3;

    /** From then on one is given up in so long. */
    static final Duration PACE = Duration.ofSeconds(1);

    private int givenUp;
    private Instant last = Instant.MIN;

    /** Some worker answered. */
    void answered() {
        givenUp = 0;
    }

    /**
     * Whether to tell it again.
     *
     * @param silence how long and how often it has been told in vain
     */
    boolean retries(Worker worker, Worker.Silence silence, Instant now) {
        if (worker.leaving()) {
            return false;
        }
        boolean slow = worker.spokeSince(silence.since())
                && now.isBefore(silence.since().plus(LIMIT));
        if (slow || silence.times() < TRIES || givenUp >= IN_A_ROW && now.isBefore(last.plus(PACE))) {
            return true;
        }
        givenUp++;
        last = now;
        return false;
    }
}
