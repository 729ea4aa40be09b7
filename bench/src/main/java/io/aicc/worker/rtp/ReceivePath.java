package io.aicc.worker.rtp;

import io.aicc.crd.Codec;
import io.aicc.wire.event.Channel;
import io.aicc.worker.audio.AudioFrame;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * One packet from the bytes of the socket, or from the socket, to decoded samples in the consumer's hands: checked, ordered,
 * queued, placed, decoded. On one thread, 20 ms of call time per packet. In this package because none of it is anybody else's
 * business.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ReceivePath {
    private static final long PACKET_NANOS = 20_000_000;
    private static final int SAMPLES = 160;
    private static final long AT_MOST_MS = 1_000;

    private final byte[] packet = new byte[RtpPacket.HEADER_BYTES + SAMPLES];
    private final ByteBuffer toSend = ByteBuffer.allocateDirect(packet.length);
    private final StreamFormat format = StreamFormat.of(Codec.ULAW);
    private final PacketRing ring =
            new PacketRing(format.maxPayloadBytes(), RtpSettings.Limits.OF_A_CALL.queuedPackets());
    private final Sum sum = new Sum();
    private final Speaker speaker =
            new Speaker(format, ring, new MediaTimeline(format.sampleRateHz(), 0), sum, this::now);
    private final StreamPort port = new StreamPort(Channel.CUSTOMER, this::now);
    private final Wire wire = Wire.to(port);
    private final PacketGate gate = new PacketGate(
            format,
            new SourceRule.Exact(wire.source),
            new FormerSources(),
            port.stats(),
            ring,
            RtpSettings.Limits.OF_A_CALL.packetsPerSecond(),
            0);
    private long now;
    private int number;

    /** A stream that has proven itself. */
    public ReceivePath() {
        port.open(gate, false);
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

    /** The next packet, in order, by way of the kernel; what sending it takes is part of the time. */
    @Benchmark
    public long fromTheSocket() throws IOException {
        write(number++);
        wire.pbx.write(toSend.clear().put(packet).flip());
        wire.socket.await(AT_MOST_MS);
        boolean _ = wire.socket.read();
        while (speaker.work()) {}
        return sum.samples;
    }

    /** Gives the sockets back. */
    @TearDown
    public void close() throws IOException {
        wire.close();
    }

    private void hear(int sequenceNumber) {
        write(sequenceNumber);
        gate.accept(packet, 0, packet.length, wire.source, now);
        while (speaker.work()) {}
    }

    private void write(int sequenceNumber) {
        now += PACKET_NANOS;
        packet[2] = (byte) (sequenceNumber >> 8);
        packet[3] = (byte) sequenceNumber;
        int timestamp = sequenceNumber * SAMPLES;
        for (int i = 0; i < Integer.BYTES; i++) {
            packet[4 + i] = (byte) (timestamp >> 24 - 8 * i);
        }
    }

    private long now() {
        return now;
    }

    /** A PBX's socket and a worker's. */
    private record Wire(
            List<DatagramChannel> others, DatagramChannel pbx, InetSocketAddress source, MediaSocket socket) {
        /** As in a worker, with its jars and logs: the JDK keeps objects ready for lower numbers of sockets. */
        private static final int OTHERS_OPEN = 128;

        static Wire to(StreamPort port) {
            try {
                List<DatagramChannel> others = new ArrayList<>();
                for (int i = 0; i < OTHERS_OPEN; i++) {
                    others.add(DatagramChannel.open());
                }
                InetAddress here = InetAddress.getLoopbackAddress();
                InetSocketAddress any = new InetSocketAddress(here, 0);
                MediaSocket socket = MediaSocket.bind(any, RtpSettings.Limits.OF_A_CALL.socketBufferBytes(), port);
                DatagramChannel pbx =
                        DatagramChannel.open().bind(any).connect(new InetSocketAddress(here, socket.localPort()));
                return new Wire(others, pbx, (InetSocketAddress) pbx.getLocalAddress(), socket);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        void close() throws IOException {
            socket.close();
            pbx.close();
            for (DatagramChannel other : others) {
                other.close();
            }
        }
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
