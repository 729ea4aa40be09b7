package io.aicc.operator.ari.call;

import io.aicc.crd.CallSessionSpec.CallEvent;
import io.aicc.crd.CallSessionSpec.CallEvent.Type;
import io.aicc.wire.MicroTime;
import io.aicc.wire.event.Channel;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What happened in a call, in order; we alone write it, so what we remember is what counts. Not thread-safe. */
final class CallEvents {
    private static final Logger log = LoggerFactory.getLogger(CallEvents.class);

    /** Keys leave room for the rest: who goes on pressing them does not hide who speaks. */
    private static final int MOST_KEYS = CallEvent.MOST / 2;

    private final List<CallEvent> events;
    private int written;
    private boolean full;

    /** @param recorded what the record has already */
    CallEvents(@Nullable List<CallEvent> recorded) {
        events = new ArrayList<>(Objects.requireNonNullElse(recorded, List.of()));
        written = events.size();
    }

    /** Notes one more; past the most that a record takes, nothing is noted, which is logged once. */
    void add(Instant at, Type type, Channel speaker, @Nullable String participant) {
        if (events.size() >= CallEvent.MOST || (type == Type.Dtmf && keys() >= MOST_KEYS)) {
            if (!full) {
                full = true;
                log.atWarn()
                        .addKeyValue("type", type)
                        .addKeyValue("events", events.size())
                        .log("more events than the record of a call takes, the rest is not told");
            }
        } else {
            events.add(new CallEvent(MicroTime.format(at), type, speaker, participant));
        }
    }

    private long keys() {
        return events.stream().filter(event -> event.type() == Type.Dtmf).count();
    }

    /** Who speaks on the agent's side, as far as told; else the one given. */
    @Nullable
    String agent(@Nullable String first) {
        return events.reversed().stream()
                .filter(event -> event.type() == Type.ParticipantChanged && event.channel() == Channel.AGENT)
                .findFirst()
                .map(CallEvent::participantId)
                .orElse(first);
    }

    boolean unwritten() {
        return written < events.size();
    }

    List<CallEvent> all() {
        return List.copyOf(events);
    }

    void wrote(int count) {
        written = count;
    }
}
