package io.aicc.operator.ari.pbx;

import java.util.LinkedHashSet;
import java.util.SequencedSet;
import java.util.Set;

/**
 * Channels that are connected.
 *
 * @param type as ARI writes it; in a {@code holding} bridge nobody hears anybody
 * @param members ids of channels, who came first comes first
 */
public record PbxBridge(String id, String type, SequencedSet<String> members) {
    public PbxBridge {
        members = java.util.Collections.unmodifiableSequencedSet(new LinkedHashSet<>(members));
    }

    boolean talks() {
        return !type.equals("holding");
    }

    PbxBridge with(String channel) {
        SequencedSet<String> more = new LinkedHashSet<>(members);
        more.add(channel);
        return new PbxBridge(id, type, more);
    }

    PbxBridge without(String channel) {
        if (!members.contains(channel)) {
            return this;
        }
        SequencedSet<String> fewer = new LinkedHashSet<>(members);
        fewer.remove(channel);
        return new PbxBridge(id, type, fewer);
    }

    /** The same bridge, with the order in which its members were first seen kept. */
    PbxBridge now(Set<String> current, String kind) {
        SequencedSet<String> ordered = new LinkedHashSet<>(members);
        ordered.retainAll(current);
        ordered.addAll(current);
        return new PbxBridge(id, kind, ordered);
    }
}
