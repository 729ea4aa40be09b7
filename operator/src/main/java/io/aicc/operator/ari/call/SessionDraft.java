package io.aicc.operator.ari.call;

import io.aicc.crd.CallSession;
import io.aicc.crd.CallSessionSpec;
import io.aicc.crd.CallSessionSpec.PbxReference;
import io.aicc.crd.Codec;
import io.aicc.operator.ari.pbx.Conversation;
import io.aicc.operator.ari.pbx.PbxChannel;
import io.aicc.wire.MicroTime;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The record that a conversation deserves, in the form that the API server accepts whatever callers say. */
final class SessionDraft {
    private SessionDraft() {}

    /** A CallSession to create. */
    static CallSession of(String name, Conversation call, CallPolicy policy, Instant now) {
        PbxChannel agent = call.agents().size() == 1 ? call.agents().getFirst() : null;
        return session(
                name,
                policy,
                new CallSessionSpec(
                        Acceptable.callId(call.mark().callId()),
                        Acceptable.text(call.customer().callerNumber()),
                        agentId(call, agent),
                        Acceptable.language(call.mark().language(), policy.language()),
                        Codec.ULAW,
                        new PbxReference(
                                policy.host(),
                                Acceptable.channelId(call.customer().id()),
                                agent == null ? null : Acceptable.channelId(agent.id())),
                        policy.pool(),
                        MicroTime.format(now),
                        null,
                        null,
                        null));
    }

    /** The least that makes a session, for a call whose particulars the API server refused against all expectation. */
    static CallSession bare(CallSession refused, CallPolicy policy) {
        CallSessionSpec spec = refused.getSpec();
        PbxReference pbx = spec.pbx();
        String customer = pbx == null ? null : pbx.customerChannelId();
        return session(
                refused.getMetadata().getName(),
                policy,
                new CallSessionSpec(
                        "x-" + Digest.of(spec.callId()),
                        null,
                        null,
                        policy.language(),
                        Codec.ULAW,
                        new PbxReference(policy.pbx(), customer, null),
                        policy.pool(),
                        spec.requestedAt(),
                        null,
                        null,
                        null));
    }

    private static @Nullable String agentId(Conversation call, @Nullable PbxChannel agent) {
        String told = Acceptable.text(call.mark().agent());
        return told != null || agent == null ? told : Acceptable.text(agent.endpoint());
    }

    private static CallSession session(String name, CallPolicy policy, CallSessionSpec spec) {
        CallSession session = new CallSession();
        session.setMetadata(new ObjectMetaBuilder()
                .withName(name)
                .withLabels(Map.of(CallSessions.PBX_LABEL, policy.pbx()))
                .build());
        session.setSpec(spec);
        return session;
    }
}
