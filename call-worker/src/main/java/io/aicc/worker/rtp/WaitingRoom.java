package io.aicc.worker.rtp;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Packets of senders whom nobody has named yet. A PBX sends a moment before it is known here where it sends from, and that
 * moment is somebody's first word: so the last three seconds of each of {@value #SENDERS} senders wait, and are heard when their sender
 * is named. When there are more, strangers make room for known hosts and never they for strangers; of equals a host that sends
 * from many ports makes room, then who has the fewest packets here. Whoever has been silent for
 * {@value #FORGOTTEN_AFTER_SECONDS} seconds is forgotten. Not thread-safe.
 */
final class WaitingRoom {
    static final int SENDERS = 4;
    static final int PACKETS = 150;
    static final int FORGOTTEN_AFTER_SECONDS = 2;

    private static final long FORGOTTEN_AFTER_NANOS = FORGOTTEN_AFTER_SECONDS * 1_000_000_000L;

    private final List<Sender> senders = new ArrayList<>(SENDERS);
    private final Comparator<Sender> firstToGo = Comparator.comparing((Sender sender) -> sender.known)
            .thenComparingInt(sender -> -ofHost(sender.source.getAddress()))
            .thenComparingInt(sender -> sender.count)
            .thenComparingLong(sender -> sender.lastNanos);

    /**
     * Lets a packet wait.
     *
     * @param known whether there is reason to think that a PBX is at this host
     * @return how many packets will never be heard for it, itself perhaps
     */
    int hold(RtpPacket packet, InetSocketAddress source, boolean known, long nowNanos) {
        Sender sender = of(source);
        int pushedOut = 0;
        if (sender == null && senders.size() < SENDERS) {
            sender = new Sender(source, known);
            senders.add(sender);
        } else if (sender == null) {
            sender = makingRoom(known);
            if (sender == null) {
                return 1;
            }
            pushedOut = sender.giveWayTo(source, known);
        }
        return pushedOut + sender.hold(packet, nowNanos);
    }

    boolean isEmpty() {
        return senders.isEmpty();
    }

    /** Lets a sender's packets out, the oldest first. */
    void release(InetSocketAddress source, Consumer<HeldPacket> out) {
        Sender sender = of(source);
        if (sender != null) {
            sender.packets().forEach(out);
            senders.remove(sender);
        }
    }

    /** Forgets who has been silent; returns how many packets will never be heard. */
    int forgetSilent(long nowNanos) {
        int forgotten = 0;
        for (int i = senders.size() - 1; i >= 0; i--) {
            if (nowNanos - senders.get(i).lastNanos > FORGOTTEN_AFTER_NANOS) {
                forgotten += senders.remove(i).count;
            }
        }
        return forgotten;
    }

    /** Forgets everybody; returns how many packets will never be heard. */
    int clear() {
        int forgotten = senders.stream().mapToInt(sender -> sender.count).sum();
        senders.clear();
        return forgotten;
    }

    private @Nullable Sender of(InetSocketAddress source) {
        for (int i = 0; i < senders.size(); i++) {
            if (senders.get(i).source.equals(source)) {
                return senders.get(i);
            }
        }
        return null;
    }

    private @Nullable Sender makingRoom(boolean forKnown) {
        Sender first = null;
        for (int i = 0; i < senders.size(); i++) {
            Sender sender = senders.get(i);
            if ((forKnown || !sender.known) && (first == null || firstToGo.compare(sender, first) < 0)) {
                first = sender;
            }
        }
        return first;
    }

    private int ofHost(InetAddress host) {
        int ports = 0;
        for (int i = 0; i < senders.size(); i++) {
            ports += senders.get(i).source.getAddress().equals(host) ? 1 : 0;
        }
        return ports;
    }

    /** One address and port, and the last packets from there, in a ring. */
    private static final class Sender {
        private final HeldPacket[] ring = new HeldPacket[PACKETS];
        private InetSocketAddress source;
        private boolean known;
        private int first;
        private int count;
        private long lastNanos;

        private Sender(InetSocketAddress source, boolean known) {
            this.source = source;
            this.known = known;
        }

        private int hold(RtpPacket packet, long nowNanos) {
            int place = (first + count) % PACKETS;
            if (ring[place] == null) {
                ring[place] = new HeldPacket();
            }
            ring[place].hold(packet, nowNanos);
            lastNanos = nowNanos;
            if (count < PACKETS) {
                count++;
                return 0;
            }
            first = (first + 1) % PACKETS;
            return 1;
        }

        private int giveWayTo(InetSocketAddress other, boolean otherKnown) {
            int left = count;
            source = other;
            known = otherKnown;
            first = 0;
            count = 0;
            return left;
        }

        private Stream<HeldPacket> packets() {
            return Stream.iterate(0, i -> i < count, i -> i + 1).map(i -> ring[(first + i) % PACKETS]);
        }
    }
}
