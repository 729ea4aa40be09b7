package io.aicc.worker.rtp;

import io.aicc.crd.Codec;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A gate, what stands around it, and a clock that the test moves. It lets the PBX's exact address in unless told otherwise. */
final class GateRig {
    static final long MS = 1_000_000;
    static final int CAPACITY = RtpSettings.Limits.OF_A_CALL.queuedPackets();
    static final int SSRC = 0x1111;
    static final int OTHER_SSRC = 0x2222;
    static final InetSocketAddress PBX = new InetSocketAddress("10.0.0.7", 14_002);
    static final InetSocketAddress STRANGER = new InetSocketAddress("10.0.0.8", 14_002);

    final StreamFormat format = StreamFormat.of(Codec.ULAW);
    final StreamStats stats = new StreamStats();
    final FormerSources formerSources = new FormerSources();
    final PacketRing ring = new PacketRing(format.maxPayloadBytes(), CAPACITY);
    PacketGate gate = newGate(new SourceRule.Exact(PBX), RtpSettings.Limits.OF_A_CALL.packetsPerSecond());
    long now;

    /** Puts another gate there. */
    void gate(SourceRule rule, int packetsPerSecond) {
        gate = newGate(rule, packetsPerSecond);
    }

    void startStream() {
        send(1, SSRC);
        send(2, SSRC);
    }

    @Nullable
    RejectReason send(int sequenceNumber, int ssrc) {
        return sendFrom(PBX, sequenceNumber, ssrc);
    }

    @Nullable
    RejectReason sendFrom(InetSocketAddress source, int sequenceNumber, int ssrc) {
        byte[] bytes = Packets.ulaw(sequenceNumber, ssrc);
        return gate.accept(bytes, 0, bytes.length, source, now);
    }

    @Nullable
    RejectReason send(byte[] bytes) {
        return gate.accept(bytes, 0, bytes.length, PBX, now);
    }

    /** Low bytes of the sequence numbers of what has come through since the last time. */
    List<Integer> heard() {
        List<Integer> heard = new ArrayList<>();
        for (MediaPacket packet = ring.peek(); packet != null; packet = ring.peek()) {
            heard.add(packet.payload[0] & 0xFF);
            ring.release();
        }
        return heard;
    }

    private PacketGate newGate(SourceRule rule, int packetsPerSecond) {
        return new PacketGate(format, rule, formerSources, stats, ring, packetsPerSecond, now);
    }
}
