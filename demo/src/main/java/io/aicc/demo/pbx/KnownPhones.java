package io.aicc.demo.pbx;

import io.aicc.demo.pbx.SipPhone.Place;
import java.util.Map;

/** What {@code pjsip.conf} says of phones that the PBX knows before they are switched on, without a database of agents. */
public final class KnownPhones {
    private KnownPhones() {}

    /**
     * All customers' phones, as if they came through the trunk, and these agents'.
     *
     * @param agents where the phone of each agent is
     */
    public static String of(Map<String, Place> agents) {
        StringBuilder text = new StringBuilder("""
            [phones-of-customers]
            type = identify
            endpoint = trunk
            match = %s
            """.formatted(SipPhone.CUSTOMERS));
        agents.forEach((agent, place) -> text.append("""

            [%1$s]
            type = aor
            contact = sip:%1$s@%2$s

            [%1$s]
            type = endpoint
            transport = udp
            context = agents
            aors = %1$s
            allow = !all,ulaw
            direct_media = no
            """.formatted(agent, place.agentContact())));
        return text.toString();
    }
}
