package io.aicc.worker.rtp;

import io.aicc.crd.Codec;
import io.aicc.worker.audio.AudioFrame;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/**
 * One packet from the bytes of the socket to decoded samples in the consumer's hands: checked, ordered, queued, placed,
 * decoded. On one thread, 20 ms of call time per packet. In this package because none of it is anybody else's business.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ReceivePath {
    private static final InetSocketAddress PBX = new InetSocketAddress("127.0.0.1", 14_002);
    private static final long PACKET_NANOS = 20_000_000;
    private static final int SAMPLES = 160;

    private final byte[] packet = new byte[RtpPacket.HEADER_BYTES + SAMPLES];
    private final StreamFormat format = StreamFormat.of(Codec.ULAW);
    private final PacketRing ring =
            new PacketRing(format.maxPayloadBytes(), RtpSettings.Limits.OF_A_CALL.queuedPackets());
    private final PacketGate gate = new PacketGate(
            format,
            new SourceRule.Exact(PBX),
            new FormerSources(),
            new StreamStats(),
            ring,
            RtpSettings.Limits.OF_A_CALL.packetsPerSecond(),
            0);
    private final Sum sum = new Sum();
    private final Speaker speaker =
            new Speaker(format, ring, new MediaTimeline(format.sampleRateHz(), 0), sum, this::now);
    private long now;
    private int number;

    /** A stream that has proven itself. */
    public ReceivePath() {
        packet[0] = (byte) 0x80;
        Arrays.fill(packet, RtpPacket.HEADER_BYTES, packet.length, (byte) 0x30);
        hear(number++);
        hear(number++);
    }

    /** The next packet, in order. */
    @Benchmark
    public long inOrder() {
        hear(number++);
        return sum.samples;
    }

    /** Two packets that overtook each other. */
    @Benchmark
    public long twoOutOfOrder() {
        hear(number + 1);
        hear(number);
        number += 2;
        return sum.samples;
    }

    private void hear(int sequenceNumber) {
        now += PACKET_NANOS;
        packet[2] = (byte) (sequenceNumber >> 8);
        packet[3] = (byte) sequenceNumber;
        int timestamp = sequenceNumber * SAMPLES;
        for (int i = 0; i < Integer.BYTES; i++) {
            packet[4 + i] = (byte) (timestamp >> 24 - 8 * i);
        }
        gate.accept(packet, 0, packet.length, PBX, now);
        while (speaker.work()) {}
    }

    private long now() {
        return now;
    }

    private static final class Sum implements FrameConsumer {
        private long samples;

        @Override
        public void frame(AudioFrame frame) {
            samples += frame.samples()[0] + frame.length();
        }

        @Override
        public void gap(GapReason reason, long startMs, long endMs) {}

        @Override
        public void idle(long nowMs) {}

        @Override
        public void end() {}
    }
}
