package io.aicc.operator.ari.call;

import io.aicc.crd.CallSession;
import io.aicc.crd.CallSessionStatus.MediaEndpoint;
import io.aicc.operator.ari.pbx.Conversation;
import io.aicc.operator.ari.pbx.Conversation.Stage;
import java.net.InetAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The taps that a live call should have. */
final class WantedTaps {
    private WantedTaps() {}

    /**
     * None while there is nowhere to send to; from then on both, the agent's with nobody in it until somebody answers, and
     * between two agents. So the worker knows both addresses before anybody speaks, and whoever answers takes two requests.
     */
    static List<Tap> of(CallSession session, Conversation call, String app) {
        MediaEndpoint endpoint =
                session.getStatus() == null ? null : session.getStatus().mediaEndpoint();
        if (endpoint == null || call.stage() == Stage.OVER) {
            return List.of();
        }
        String name = session.getMetadata().getName();
        Set<String> agents = new HashSet<>();
        if (call.stage() == Stage.TALKING) {
            call.agents().forEach(leg -> agents.add(leg.id()));
        }
        return List.of(
                new Tap(
                        new TapName(app, name, Speaker.CUSTOMER, endpoint.generation()),
                        destination(endpoint.host(), endpoint.customerPort()),
                        Set.of(call.customer().id())),
                new Tap(
                        new TapName(app, name, Speaker.AGENT, endpoint.generation()),
                        destination(endpoint.host(), endpoint.agentPort()),
                        agents));
    }

    /** An address, never a name: the PBX would look it up and stand still meanwhile. */
    private static String destination(String host, int port) {
        String address = InetAddress.ofLiteral(host).getHostAddress();
        return (address.indexOf(':') < 0 ? address : "[" + address + "]") + ":" + port;
    }
}
