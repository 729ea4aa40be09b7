package io.aicc.wire.event;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.aicc.wire.WireJson;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One event on the transcript's timeline: the envelope that all share, around a body of its type. On the wire it is one
 * flat JSON object.
 *
 * @param v version of the schema, {@value #VERSION}
 * @param eventId unique; a redelivered event keeps it
 * @param callId the PBX's id of the call
 * @param sessionId UID of the CallSession
 * @param seq rises by at least one with every event of a session, whatever its type; skipped numbers are interims that a
 *     newer one replaced before they were sent
 * @param ts when it was made, UTC in microseconds
 * @param body what happened
 */
public record Event(int v, String eventId, String callId, String sessionId, long seq, String ts, EventBody body) {
    public static final int VERSION = 1;

    private static final Map<String, Class<? extends EventBody>> BODIES = EventBody.types();

    /** As one line of JSON. */
    public String toJson() {
        ObjectNode flat = WireJson.mapper().createObjectNode();
        flat.put("v", v)
                .put("type", body.type())
                .put("event_id", eventId)
                .put("call_id", callId)
                .put("session_id", sessionId)
                .put("seq", seq)
                .put("ts", ts);
        flat.setAll((ObjectNode) WireJson.mapper().valueToTree(body));
        return flat.toString();
    }

    /**
     * Reads an event.
     *
     * @return empty when the type is unknown: a newer sender may have more types than we know
     * @throws JsonProcessingException when it is no event at all; the message says what is wrong
     */
    public static Optional<Event> parse(String json) throws JsonProcessingException {
        Header header = WireJson.mapper().readValue(json, Header.class);
        if (header == null || header.type() == null) {
            throw new JsonParseException(null, "event without a type");
        }
        Class<? extends EventBody> type = BODIES.get(header.type());
        if (type == null) {
            return Optional.empty();
        }
        if (header.eventId() == null || header.callId() == null || header.sessionId() == null || header.ts() == null) {
            throw new JsonParseException(null, "event without event_id, call_id, session_id or ts");
        }
        EventBody body = WireJson.mapper().readValue(json, type);
        return Optional.of(new Event(
                header.v(), header.eventId(), header.callId(), header.sessionId(), header.seq(), header.ts(), body));
    }

    /** As it came: anything may be missing. */
    private record Header(
            int v,
            @Nullable String type,
            @Nullable String eventId,
            @Nullable String callId,
            @Nullable String sessionId,
            long seq,
            @Nullable String ts) {}
}
