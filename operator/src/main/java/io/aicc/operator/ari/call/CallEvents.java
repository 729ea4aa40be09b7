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

/** What happened in a call, in order; we alone write it, so what we remember is what counts. Not thread-safe. */
final class CallEvents {
    private final List<CallEvent> events;
    private int written;

    /** @param recorded what the record has already */
    CallEvents(@Nullable List<CallEvent> recorded) {
        events = new ArrayList<>(Objects.requireNonNullElse(recorded, List.of()));
        written = events.size();
    }

    /** Notes one more; past the most that a record takes, nothing is noted. */
    void add(Instant at, Type type, Speaker speaker, @Nullable String participant) {
        if (events.size() < CallEvent.MOST) {
            Channel channel = speaker == Speaker.CUSTOMER ? Channel.CUSTOMER : Channel.AGENT;
            events.add(new CallEvent(MicroTime.format(at), type, channel, participant));
        }
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
