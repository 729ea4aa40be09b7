package io.aicc.wire.control;

import io.aicc.crd.CallSessionSpec.CallEvent;
import io.aicc.crd.Codec;
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
 * @param readyAt when the session became ready, the zero of its timeline ({@link io.aicc.wire.MicroTime}); null at the first
 *     hand-over: now
 * @param lastHeardAt when the worker that had the call before was last heard: what lies between is a gap; null at the first
 *     hand-over
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
        @Nullable String lastHeardAt) {
    public CallAssignment {
        // An operator of the version before does not send it.
        callEvents = callEvents == null ? List.of() : List.copyOf(callEvents);
    }
}
