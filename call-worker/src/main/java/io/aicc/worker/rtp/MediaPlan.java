package io.aicc.worker.rtp;

import io.aicc.crd.Codec;
import java.time.Duration;

/**
 * What to hear.
 *
 * @param codec of both streams
 * @param customer who may send to the customer's port
 * @param agent who may send to the agent's port
 * @param sinceReady how long ago the timeline began; more than zero for a worker that takes over
 */
public record MediaPlan(Codec codec, SourceRule customer, SourceRule agent, Duration sinceReady) {
    private static final Duration LONGEST = Duration.ofDays(365);

    /** Whether another worker had the call before, or this one before it was started anew. */
    boolean isTakenOver() {
        return sinceReady.isPositive();
    }

    /** @throws IllegalArgumentException when no call can be so old */
    public MediaPlan {
        if (sinceReady.abs().compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(
                    "time since the session was ready: expected at most " + LONGEST + ", got " + sinceReady);
        }
    }
}
