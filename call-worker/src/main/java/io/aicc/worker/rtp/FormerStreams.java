package io.aicc.worker.rtp;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whose place another synchronization source took in a pause. A PBX that changes its source leaves the former one for good; so if
 * that goes on, whoever took its place is not the PBX: the place is given back. Nobody who forges the PBX's address
 * knows its source, a random number of 32 bits. Keeps {@value #MOST}. Not thread-safe.
 */
final class FormerStreams {
    static final int MOST = 8;

    private final List<HeardStream> oldestFirst = new ArrayList<>(MOST + 1);

    /** Remembers one; who was heard least is forgotten when there are too many, of equals the last. */
    void add(HeardStream former) {
        oldestFirst.add(former);
        if (oldestFirst.size() > MOST) {
            int least = 0;
            for (int i = 1; i < oldestFirst.size(); i++) {
                least = oldestFirst.get(i).standing() <= oldestFirst.get(least).standing() ? i : least;
            }
            oldestFirst.remove(least);
        }
    }

    boolean knows(int ssrc) {
        return indexOf(ssrc) >= 0;
    }

    /**
     * Whether this packet shows that a former one goes on which was not heard less than the present one: somebody who sent before
     * the PBX did has no place to get back.
     */
    boolean resumeWith(RtpPacket packet, HeardStream present) {
        int index = indexOf(packet.ssrc());
        if (index < 0) {
            return false;
        }
        HeardStream former = oldestFirst.get(index);
        return former.resumesWith(packet) && former.standing() >= present.standing();
    }

    /** Takes one out, and forgets who came after it; null when it is not here. */
    @Nullable
    HeardStream takeBack(int ssrc) {
        int index = indexOf(ssrc);
        if (index < 0) {
            return null;
        }
        HeardStream former = oldestFirst.get(index);
        oldestFirst.subList(index, oldestFirst.size()).clear();
        return former;
    }

    void clear() {
        oldestFirst.clear();
    }

    private int indexOf(int ssrc) {
        for (int i = 0; i < oldestFirst.size(); i++) {
            if (oldestFirst.get(i).ssrc() == ssrc) {
                return i;
            }
        }
        return -1;
    }
}
