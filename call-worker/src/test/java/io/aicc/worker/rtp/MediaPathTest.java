package io.aicc.worker.rtp;

import static org.assertj.core.api.Assertions.assertThat;

import io.aicc.crd.Codec;
import io.aicc.worker.audio.AudioFrame;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** From packets to frames, over a network that loses, doubles, delays and reorders them. */
class MediaPathTest {
    private static final InetSocketAddress PBX = new InetSocketAddress("10.0.0.7", 14_002);
    private static final long MS = 1_000_000;
    private static final int CAPACITY = 512;
    private static final int LENGTH = Packets.SAMPLES;
    private static final int SILENCE = 0xFF;
    private static final int LONGEST_FILL = 2 * 8000;

    @Property(tries = 50)
    void everyPacketThatArrivesInTimeIsHeardInItsPlace(
            @ForAll long seed,
            @ForAll @IntRange(max = 20) int lossPercent,
            @ForAll @IntRange(max = 20) int doublePercent,
            @ForAll @IntRange(max = 70) int jitterMs) {
        Random random = new Random(seed);
        List<Sent> sent = talk(random);
        List<Sent> arriving = new ArrayList<>();
        for (Sent packet : sent) {
            int copies = random.nextInt(100) < lossPercent ? 0 : random.nextInt(100) < doublePercent ? 2 : 1;
            for (int copy = 0; copy < copies; copy++) {
                arriving.add(packet.arriving(packet.sentMs + random.nextInt(jitterMs + 1)));
            }
        }
        arriving.sort(Comparator.comparingLong(Sent::arrivalMs));
        Path path = new Path();

        arriving.forEach(path::receive);
        path.close();

        Map<Long, Integer> codesByPlace = new HashMap<>();
        Sent first = path.first(sent);
        sent.forEach(
                packet -> codesByPlace.put(path.firstStart + packet.mediaSample - first.mediaSample, packet.code()));
        assertThat(codesByPlace).containsAllEntriesOf(path.heard);
        long late = path.stats.rejected(RejectReason.LATE) + path.stats.rejected(RejectReason.PROBATION);
        long distinct = arriving.stream().map(Sent::sequenceNumber).distinct().count();
        assertThat(path.heard.size()).isEqualTo((int) path.stats.received());
        assertThat(path.stats.received()).isBetween(distinct - late, distinct);
        assertThat(path.holes).isZero();
    }

    /** Packets every 20 ms; now and then the PBX has nothing to send, and goes on later with a timestamp that says so. */
    private static List<Sent> talk(Random random) {
        List<Sent> sent = new ArrayList<>();
        long ms = 1000;
        for (int i = 0; i < 200; i++) {
            ms += random.nextInt(40) == 0 ? 20 + 20L * random.nextInt(80) : 20;
            sent.add(new Sent(60_000_000 + i, ms * 8, ms, 0));
        }
        return sent;
    }

    private record Sent(int index, long mediaSample, long sentMs, long arrivalMs) {
        Sent arriving(long ms) {
            return new Sent(index, mediaSample, sentMs, ms);
        }

        int sequenceNumber() {
            return index & 0xFFFF;
        }

        int code() {
            return index % 127;
        }
    }

    private static final class Path implements FrameConsumer {
        final StreamFormat format = StreamFormat.of(Codec.ULAW);
        final StreamStats stats = new StreamStats();
        final PacketRing ring = new PacketRing(format.maxPayloadBytes(), CAPACITY);
        final PacketGate gate =
                new PacketGate(format, new SourceRule.Exact(PBX), new FormerSources(), stats, ring, 1000, 0);
        final Map<Long, Integer> heard = new HashMap<>();
        long now;
        long firstStart = -1;
        int firstCode;
        long nextStart;
        int holes;
        final Speaker speaker = new Speaker(format, ring, new MediaTimeline(format.sampleRateHz(), 0), this, () -> now);

        void receive(Sent packet) {
            now = packet.arrivalMs * MS;
            byte[] payload = new byte[LENGTH];
            Arrays.fill(payload, (byte) packet.code());
            byte[] bytes = Packets.packet(0, packet.sequenceNumber(), (int) packet.mediaSample, 5, payload);
            gate.accept(bytes, 0, bytes.length, PBX, now);
            gate.tick(now);
            speaker.work();
        }

        void close() {
            gate.close();
            speaker.finish();
        }

        Sent first(List<Sent> sent) {
            return sent.stream()
                    .filter(packet -> packet.code() == firstCode)
                    .findFirst()
                    .orElseThrow();
        }

        @Override
        public void frame(AudioFrame frame) {
            int code = frame.encoded()[0] & 0xFF;
            if (firstStart < 0) {
                firstStart = frame.startSample();
                firstCode = code;
            } else if (frame.startSample() != nextStart && frame.startSample() - nextStart <= LONGEST_FILL) {
                holes++;
            }
            nextStart = frame.startSample() + frame.length();
            if (code != SILENCE) {
                heard.put(frame.startSample(), code);
            }
        }

        @Override
        public void gap(GapReason reason, long startMs, long endMs) {}

        @Override
        public void idle(long nowMs) {}

        @Override
        public void end() {}
    }
}
