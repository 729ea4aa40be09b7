package io.aicc.operator.ari.call;

import io.aicc.operator.ari.pbx.PbxBridge;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * What of ours is in the PBX for a session.
 *
 * @param channels ids of snoops and ExternalMedia channels
 * @param bridges ids of bridges, and who is in them
 */
record Installed(Set<String> channels, Map<String, Set<String>> bridges) {
    Installed {
        channels = Set.copyOf(channels);
        bridges = Map.copyOf(bridges);
    }

    static Installed of(Set<String> channels, Map<String, PbxBridge> bridges) {
        Map<String, Set<String>> members = new HashMap<>();
        bridges.forEach((id, bridge) -> members.put(id, Set.copyOf(bridge.members())));
        return new Installed(channels, members);
    }

    static Installed nothing() {
        return new Installed(Set.of(), Map.of());
    }

    boolean empty() {
        return channels.isEmpty() && bridges.isEmpty();
    }
}
