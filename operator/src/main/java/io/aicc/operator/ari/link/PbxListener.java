package io.aicc.operator.ari.link;

import io.aicc.operator.ari.pbx.PbxEvent;
import io.aicc.operator.ari.pbx.PbxSnapshot;
import java.time.Instant;
import java.util.List;

/** Who wants to know what happens at the PBX. Called from the connection's threads, in order; must not wait. */
public interface PbxListener {
    /** Something happened. This one may wait when it is far behind: the PBX is held up then, or cuts us off. */
    void events(List<PbxEvent> events);

    /** A snapshot is about to be asked for: after every connecting, and from time to time. */
    void beforeSnapshot();

    /** Here it is. */
    void snapshot(PbxSnapshot snapshot);

    /**
     * Somebody else has taken our place at the PBX: from now on nothing is to be done for its calls. When it is ours again a
     * snapshot comes, as if for the first time.
     */
    void replaced();

    /**
     * Whatever happened until then has been told. Only for who waits for something not to happen.
     *
     * @param until by the steady clock
     */
    default void heard(Instant until) {}

    /** The connection is gone; whatever happens now is not told. */
    void lost();
}
