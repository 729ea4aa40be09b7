package io.aicc.worker.publish;

import io.aicc.wire.event.Channel;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;

/**
 * How much of a session is covered by finals, gaps and silence, for whoever may have to go on with it.
 *
 * @param ready the zero of the session's timeline
 * @param untilMs for each speaker where on it begins what is in no final, gap or silence; below zero is before it
 */
public record Coverage(Instant ready, Map<Channel, Long> untilMs) {
    public Coverage {
        untilMs = Map.copyOf(untilMs);
    }

    /** Where what is not covered of a speaker's part begins. */
    public Instant until(Channel channel) {
        return ready.plusMillis(untilMs.getOrDefault(channel, 0L));
    }

    /** This, unless something before is missing. */
    Coverage butNot(Map<Channel, Long> missingFromMs) {
        Map<Channel, Long> least = new EnumMap<>(untilMs);
        missingFromMs.forEach((channel, fromMs) -> least.merge(channel, fromMs, Math::min));
        return new Coverage(ready, least);
    }
}
