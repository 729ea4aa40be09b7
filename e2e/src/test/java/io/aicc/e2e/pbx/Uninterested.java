package io.aicc.e2e.pbx;

import io.aicc.operator.ari.link.PbxListener;
import io.aicc.operator.ari.pbx.PbxEvent;
import io.aicc.operator.ari.pbx.PbxSnapshot;
import java.util.List;

/** Whoever has a connection to a PBX for the sake of the connection. */
final class Uninterested implements PbxListener {
    @Override
    public void events(List<PbxEvent> events) {}

    @Override
    public void beforeSnapshot() {}

    @Override
    public void snapshot(PbxSnapshot snapshot) {}

    @Override
    public void replaced() {}

    @Override
    public void lost() {}
}
