package io.aicc.operator.ari.call;

import io.aicc.crd.CallSession;
import io.aicc.operator.ari.call.CallMetrics.Untapped;
import io.aicc.operator.ari.pbx.Conversation;
import io.fabric8.kubernetes.client.KubernetesClientException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks for a conversation's session: in full, and without particulars when the API server refuses it so. */
final class SessionRequest {
    private static final Logger log = LoggerFactory.getLogger(SessionRequest.class);

    private final Tools tools;
    private final Place place;

    /** @param place given up when no session can be had at all */
    SessionRequest(Tools tools, Place place) {
        this.tools = tools;
        this.place = place;
    }

    /**
     * @return the session of that name, another call's perhaps; null if the API server accepts none
     * @throws KubernetesClientException if it could not be asked
     */
    CallSessions.@Nullable Made make(String name, Conversation call) {
        CallSession draft =
                SessionDraft.of(name, call, tools.policy(), tools.clock().instant());
        try {
            return tools.sessions().create(draft);
        } catch (KubernetesClientException e) {
            throwUnlessRefused(e);
            log.atError()
                    .addKeyValue("problem", e.getMessage())
                    .log("session refused, asking for one without particulars");
        }
        try {
            return tools.sessions().create(SessionDraft.bare(draft, tools.policy()));
        } catch (KubernetesClientException e) {
            throwUnlessRefused(e);
            place.giveUp();
            tools.sessions().acceptsNothing();
            tools.metrics().untapped(Untapped.SESSION_REFUSED);
            log.atError().addKeyValue("problem", e.getMessage()).log("call goes on untranscribed: session refused");
            return null;
        }
    }

    private static void throwUnlessRefused(KubernetesClientException e) {
        if (!CallSessions.refused(e)) {
            throw e;
        }
    }
}
