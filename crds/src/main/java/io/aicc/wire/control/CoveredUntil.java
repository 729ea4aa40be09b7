package io.aicc.wire.control;

import io.aicc.wire.MicroTime;
import io.aicc.wire.event.Channel;
import java.time.Instant;

/**
 * Up to when each speaker's part of the call is covered: what was said before is in finals that every receiver has, marked by a
 * gap, or was no speech. An utterance under way is not covered, from its beginning.
 *
 * @param customer {@link MicroTime}
 * @param agent {@link MicroTime}
 */
public record CoveredUntil(String customer, String agent) {
    /** @throws IllegalArgumentException when one is no time */
    public CoveredUntil {
        if (customer == null || !MicroTime.isOne(customer) || agent == null || !MicroTime.isOne(agent)) {
            throw new IllegalArgumentException("told: expected a time for customer and agent");
        }
    }

    /** The same, but nothing later than this: a clock that is ahead would say that the future is covered. */
    public CoveredUntil notAfter(Instant latest) {
        return new CoveredUntil(bounded(until(Channel.CUSTOMER), latest), bounded(until(Channel.AGENT), latest));
    }

    private static String bounded(Instant at, Instant latest) {
        return MicroTime.format(at.isAfter(latest) ? latest : at);
    }

    /** Of one speaker. */
    public Instant until(Channel channel) {
        return MicroTime.parse(
                switch (channel) {
                    case CUSTOMER -> customer;
                    case AGENT -> agent;
                });
    }
}
