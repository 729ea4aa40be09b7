package io.aicc.worker.rtp;

import io.aicc.wire.event.Channel;
import java.net.InetSocketAddress;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One speaker's socket: until it has a gate everything waits for a moment, and is refused unless the gate will have it. Guarded by
 * its ear, but for its statistics.
 */
final class StreamPort {
    private static final Logger log = LoggerFactory.getLogger(StreamPort.class);

    private final Channel speaker;
    private final LongSupplier nanoClock;
    private final StreamStats stats = new StreamStats();
    private final FormerSources formerSources = new FormerSources();
    private final WaitingRoom early = new WaitingRoom();
    private final RtpPacket packet = new RtpPacket();
    private final RefusalLog refusals;
    private @Nullable PacketGate gate;
    private long arrived;

    StreamPort(Channel speaker, LongSupplier nanoClock) {
        this.speaker = speaker;
        this.nanoClock = nanoClock;
        refusals = new RefusalLog(speaker, stats, nanoClock.getAsLong());
    }

    StreamStats stats() {
        return stats;
    }

    @Nullable
    PacketGate gate() {
        return gate;
    }

    /** Who sends since before there was a gate. */
    FormerSources formerSources() {
        return formerSources;
    }

    /** Whether packets wait for a gate. */
    boolean isAwaited() {
        return !early.isEmpty();
    }

    /**
     * There is a call.
     *
     * @param takenOver from another worker, perhaps from this one before it was started anew: who sends already may be its PBX, and
     *     its words of the last seconds waited here
     */
    void open(PacketGate newGate, boolean takenOver) {
        gate = newGate;
        if (takenOver) {
            formerSources.clear();
            newGate.hearFrom(early);
        }
        countNotAssigned(early.clear());
    }

    /** Nothing more arrives. */
    void close() {
        countNotAssigned(early.clear());
        if (gate != null) {
            gate.close();
        }
    }

    /** To be called every now and then: gives up waiting for packets that do not come, and tells what was refused. */
    void tick() {
        long now = nanoClock.getAsLong();
        try {
            if (gate != null) {
                gate.tick(now);
            }
            countNotAssigned(early.forgetSilent(now));
            refusals.tick(now);
        } catch (RuntimeException | Error e) {
            failed(e);
        }
    }

    /** Nobody has read for so long until now. */
    void unread(long nanos, long nowNanos) {
        if (gate != null) {
            gate.unread(nanos, nowNanos);
        }
    }

    /** All that waited has been read. */
    void caughtUp() {
        if (gate != null) {
            gate.caughtUp();
        }
    }

    /** Packets that arrived, heard or not. */
    long arrived() {
        return arrived;
    }

    /** Takes what arrived; the bytes are only valid during the call. */
    void receive(byte[] data, int length, InetSocketAddress source) {
        arrived++;
        long now = nanoClock.getAsLong();
        try {
            RejectReason reason = judge(data, length, source, now);
            if (reason != null) {
                refusals.refused(reason, source, now);
            }
        } catch (RuntimeException | Error e) {
            failed(e);
        }
    }

    private @Nullable RejectReason judge(byte[] data, int length, InetSocketAddress source, long now) {
        if (gate != null) {
            return gate.accept(data, 0, length, source, now);
        }
        formerSources.add(source, now);
        boolean audio = length < StreamFormat.MAX_PACKET_BYTES && packet.wrap(data, 0, length) == null;
        return countNotAssigned(audio ? early.hold(packet, source, false, now) : 1) ? RejectReason.NOT_ASSIGNED : null;
    }

    /** Packets that no call ever had; returns whether there are any. */
    private boolean countNotAssigned(int packets) {
        for (int i = 0; i < packets; i++) {
            stats.countRejected(RejectReason.NOT_ASSIGNED);
        }
        return packets > 0;
    }

    /** Something went wrong that is no packet's fault. */
    void failed(Throwable failure) {
        log.atError().addKeyValue("stream", speaker.label()).setCause(failure).log("receiving failed, going on");
    }
}
