package io.aicc.worker.rtp;

import io.aicc.bench.fuzz.Sound;
import io.aicc.crd.Codec;
import io.aicc.worker.audio.AudioFrame;
import java.net.InetSocketAddress;

/**
 * A row of packets through the whole receive path, in this package because none of it is anybody else's business. Input: the
 * codec, then for each packet its length, the time since the one before in units of 10 ms, and its bytes.
 */
public final class HostilePackets {
    private static final InetSocketAddress PBX = new InetSocketAddress("127.0.0.1", 14_002);
    private static final long STEP_NANOS = 10_000_000;
    private static final int RING = 64;

    private HostilePackets() {}

    /** Hears them; whatever they hold, each is heard or counted, and the timeline goes forward. */
    public static void hear(byte[] input) {
        if (input.length == 0) {
            return;
        }
        Codec[] codecs = Codec.values();
        StreamFormat format = StreamFormat.of(codecs[(input[0] & 0xFF) % codecs.length]);
        StreamStats stats = new StreamStats();
        PacketRing ring = new PacketRing(format.maxPayloadBytes(), RING);
        long[] now = {0};
        PacketGate gate = new PacketGate(
                format,
                new SourceRule.Exact(PBX),
                new FormerSources(),
                stats,
                ring,
                RtpSettings.Limits.OF_A_CALL.packetsPerSecond(),
                0);
        Speaker speaker =
                new Speaker(format, ring, new MediaTimeline(format.sampleRateHz(), 0), new Timeline(), () -> now[0]);
        int packets = 0;
        for (int at = 1; at + 2 <= input.length; packets++) {
            int length = Math.min(input[at] & 0xFF, input.length - at - 2);
            now[0] += STEP_NANOS * (input[at + 1] & 0xFF);
            gate.tick(now[0]);
            gate.accept(input, at + 2, length, PBX, now[0]);
            while (speaker.work()) {}
            at += 2 + length;
        }
        gate.close();
        while (speaker.work()) {}
        long counted = stats.received();
        for (RejectReason reason : RejectReason.values()) {
            counted += stats.rejected(reason);
        }
        Sound.same((long) packets, counted);
    }

    /** What a consumer relies on. */
    private static final class Timeline implements FrameConsumer {
        private long heardUntilMs;

        @Override
        public void frame(AudioFrame frame) {
            Sound.holds(frame.length() > 0, "a frame has samples");
            Sound.holds(frame.startMs() >= heardUntilMs, "frames go forward");
            Sound.holds(frame.endMs() >= frame.startMs(), "a frame ends after it began");
            heardUntilMs = frame.startMs();
        }

        @Override
        public void gap(GapReason reason, long startMs, long endMs) {
            Sound.holds(startMs <= endMs, "a gap ends after it began");
        }

        @Override
        public void idle(long nowMs) {}

        @Override
        public void end() {}
    }
}
