package io.aicc.wire.control;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.aicc.crd.CallSessionSpec.CallEvent;
import io.aicc.crd.Codec;
import io.aicc.wire.MicroTime;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * "This call is yours." Complete and idempotent: the operator sends it again after a restart, or with other media sources
 * after a re-tap.
 *
 * @param sessionUid UID of the CallSession; {@code session_id} of every event
 * @param sessionName name of the CallSession, for logs
 * @param callId the PBX's id of the call
 * @param customerNumber as the PBX shows it; hostile text
 * @param agentId as the PBX shows it; hostile text
 * @param language BCP 47 tag
 * @param codec what the RTP payload is
 * @param customerSource only address heard on the customer's port, {@code address:port}; null: the pool's networks decide
 * @param agentSource the same for the agent's port
 * @param callEvents what happened in the call so far, whole each time; the worker publishes what it has not published
 * @param generation of the media endpoint, 1 for the first worker of the call
 * @param readyAt when the session became ready, the zero of its timeline ({@link MicroTime}); null at the first
 *     hand-over: now
 * @param lastHeardAt when the worker that had the call before was last heard; null at the first hand-over
 * @param coveredUntil by that one: what follows is a gap; null when it has not said so, then the gap begins at
 *     {@code lastHeardAt}
 * @param requestedAt when transcription was asked for: what was said before the first audio came is a gap; null: that is not
 *     known
 * @param endedAt when the call was over, where it is over already: nothing after that is missing; null while it goes on
 */
public record CallAssignment(
        String sessionUid,
        String sessionName,
        String callId,
        @Nullable String customerNumber,
        @Nullable String agentId,
        String language,
        Codec codec,
        @Nullable String customerSource,
        @Nullable String agentSource,
        List<CallEvent> callEvents,
        int generation,
        @Nullable String readyAt,
        @Nullable String lastHeardAt,
        @JsonProperty("told") @Nullable CoveredUntil coveredUntil,
        @Nullable String requestedAt,
        @Nullable String endedAt) {
    /** @throws IllegalArgumentException when something that the worker will rely on is missing or makes no sense */
    public CallAssignment {
        require(sessionUid != null && !sessionUid.isBlank(), "session_uid: missing");
        require(callId != null && !callId.isBlank(), "call_id: missing");
        require(language != null, "language: missing");
        require(codec != null, "codec: missing");
        require(generation >= 1, "generation: expected 1 or more, got " + generation);
        require(readyAt == null || MicroTime.isOne(readyAt), "ready_at: no time");
        require(lastHeardAt == null || MicroTime.isOne(lastHeardAt), "last_heard_at: no time");
        require(requestedAt == null || MicroTime.isOne(requestedAt), "requested_at: no time");
        require(endedAt == null || MicroTime.isOne(endedAt), "ended_at: no time");
        // An operator of the version before does not send it.
        callEvents = callEvents == null ? List.of() : List.copyOf(callEvents);
    }

    /** Of a call of which no more is known than who sends its audio, for its first worker; English, G.711 µ-law. */
    public static CallAssignment first(String session, @Nullable String customerSource, @Nullable String agentSource) {
        return new CallAssignment(
                session,
                session,
                session,
                null,
                null,
                "en-US",
                Codec.ULAW,
                customerSource,
                agentSource,
                List.of(),
                1,
                null,
                null,
                null,
                null,
                null);
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalArgumentException(otherwise);
        }
    }
}
