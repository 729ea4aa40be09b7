package io.aicc.operator.ari.pbx;

import java.util.List;

/** Everything there is at the PBX at one moment. */
public record PbxSnapshot(List<PbxChannel> channels, List<PbxBridge> bridges) {
    public PbxSnapshot {
        channels = List.copyOf(channels);
        bridges = List.copyOf(bridges);
    }
}
