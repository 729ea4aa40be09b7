package io.aicc.operator.ari.call;

import io.aicc.crd.CallSession;
import io.aicc.crd.CallSessionStatus.MediaEndpoint;
import io.aicc.operator.ari.pbx.Conversation;
import io.aicc.operator.ari.pbx.Conversation.Stage;
import io.aicc.operator.ari.pbx.PbxChannel;
import io.aicc.wire.event.Channel;
import java.net.InetAddress;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** The taps that a live call should have. */
final class WantedTaps {
    /** Of a conference only the first are heard: every one of them is a channel and a thread of the PBX. */
    static final int MOST_HEARD = 8;

    private WantedTaps() {}

    /**
     * None while there is nowhere to send to; from then on both. The agent's side has whoever talks, or the one whose phone
     * rings: so an answer takes no request, and no first word waits for us. While many phones ring, while one is heard
     * before it is answered (a network's announcements), and between two agents, it has nobody.
     */
    static List<Tap> of(CallSession session, Conversation call, String app) {
        MediaEndpoint endpoint =
                session.getStatus() == null ? null : session.getStatus().mediaEndpoint();
        if (endpoint == null || call.stage() == Stage.OVER) {
            return List.of();
        }
        String name = session.getMetadata().getName();
        Set<String> agents = call.stage() == Stage.TALKING || oneRings(call)
                ? call.agents().stream().limit(MOST_HEARD).map(PbxChannel::id).collect(Collectors.toSet())
                : Set.of();
        return List.of(
                new Tap(
                        new TapName(app, name, Channel.CUSTOMER, endpoint.generation()),
                        destination(endpoint.host(), endpoint.customerPort()),
                        Set.of(call.customer().id())),
                new Tap(
                        new TapName(app, name, Channel.AGENT, endpoint.generation()),
                        destination(endpoint.host(), endpoint.agentPort()),
                        agents));
    }

    private static boolean oneRings(Conversation call) {
        return call.agents().size() == 1 && call.agents().getFirst().state() == PbxChannel.State.RINGING;
    }

    /** An address, never a name: the PBX would look it up and stand still meanwhile. */
    private static String destination(String host, int port) {
        String address = InetAddress.ofLiteral(host).getHostAddress();
        return (address.indexOf(':') < 0 ? address : "[" + address + "]") + ":" + port;
    }
}
