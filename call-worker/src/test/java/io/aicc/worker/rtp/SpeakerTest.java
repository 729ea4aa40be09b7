package io.aicc.worker.rtp;

import static org.assertj.core.api.Assertions.assertThat;

import io.aicc.crd.Codec;
import io.aicc.worker.audio.AudioFrame;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SpeakerTest {
    private static final long MS = 1_000_000;
    private static final int CAPACITY = 512;

    private final StreamFormat format = StreamFormat.of(Codec.ULAW);
    private final PacketRing ring = new PacketRing(format.maxPayloadBytes(), CAPACITY);
    private final Heard heard = new Heard();
    private long now;
    private final Speaker speaker =
            new Speaker(format, ring, new MediaTimeline(format.sampleRateHz(), 0), heard, () -> now);

    @Test
    void decodesWhatItHandsOnAndKeepsItAsItTravelled() {
        put(20, 0, 0, 0x80);
        speaker.work();

        assertThat(heard.told).containsExactly("0-20");
        assertThat(heard.lastSample).isEqualTo((short) 32_124);
        assertThat(heard.lastByte).isEqualTo((byte) 0x80);
    }

    @Test
    void fillsAShortPauseWithSilence() {
        put(20, 0, 0, 0x80);
        put(90, 160 + 400, 0, 0x80); // 50 ms missing: silence of 20, 20 and 10 ms
        speaker.work();
        speaker.work();

        assertThat(heard.told).containsExactly("0-20", "20-40 silence", "40-60 silence", "60-70 silence", "70-90");
    }

    @Test
    void leavesALongPauseOutAndTellsIt() {
        put(20, 0, 0, 0x80);
        put(60_020, 160 + 8 * 59_980, 0, 0x80);
        speaker.work();
        speaker.work();

        assertThat(heard.told).containsExactly("0-20", "gap NOTHING_SENT 20-60000", "60000-60020");
    }

    @Test
    void tellsThatAStreamBrokeOffBeforeItsCallEnded() {
        put(20, 0, 0, 0x80);
        speaker.work();
        now = 5_000 * MS;
        speaker.work();
        ring.close();
        now = 9_000 * MS; // whatever the consumer did since

        speaker.finish();

        assertThat(heard.told).endsWith("gap NOTHING_SENT 20-5000", "end");
    }

    @ParameterizedTest
    @CsvSource({"4000, gap NOTHING_SENT 20-4000", "1900, 0-20"}) // Short pauses are no gap.
    void nothingIsMissingAfterTheCallWasOverHoweverLateThatIsTold(long overMs, String lastTold) {
        heard.overMs = overMs;
        put(20, 0, 0, 0x80);
        speaker.work();
        now = 60_000 * MS;
        speaker.work();
        ring.close();

        speaker.finish();

        heard.told.removeIf(told -> told.startsWith("idle"));
        assertThat(heard.told).endsWith(lastTold, "end");
    }

    @Test
    void aPauseInWhichComfortNoiseCameIsSilenceAndNoGap() {
        put(20, 0, 0, 0x80);
        put(6_020, 160 + 8 * 5_980, 0, 0x80, 1_900 * MS);
        put(12_020, 160 + 8 * 11_980, 0, 0x80, 2_100 * MS);
        while (speaker.work()) {}

        assertThat(heard.told).containsExactly("0-20", "6000-6020", "gap NOTHING_SENT 6020-12000", "12000-12020");
    }

    @Test
    void aStreamThatEndsInComfortNoiseBrokeOffAfterIt() {
        put(20, 0, 0, 0x80);
        speaker.work();
        ring.sign(4_000 * MS);
        now = 5_000 * MS;
        speaker.work();
        ring.close();

        speaker.finish();

        assertThat(heard.told).endsWith("end").noneMatch(told -> told.startsWith("gap"));
    }

    /** 200 parts per million over two hours are 1.4 s: what is heard stays within 250 ms of when it arrived. */
    @ParameterizedTest
    @ValueSource(ints = {-200, 200})
    void placesStayTrueOverTwoHoursWithAClockThatDrifts(int partsPerMillion) {
        int packets = 2 * 3600 * 50;
        long last = 0;
        for (int i = 0; i < packets; i++) {
            last = 20L * (i + 1) + Math.floorDiv(20L * i * partsPerMillion, 1_000_000L);
            boolean speech = i / 100 % 2 == 0;
            put(last, 160 * i, 0, speech ? 0x80 : 0xFE);
            speaker.work();
            if (i % 50 == 0) {
                assertThat(heard.lastEndMs).isBetween(last - 250, last + 250);
            }
            heard.told.clear();
        }
        assertThat(Math.abs(last - 20L * packets)).isGreaterThan(1_000);
        assertThat(heard.speechFrames).isBetween(packets / 2 - 2, packets / 2);
    }

    @Test
    void aStreamThatIsNeverQuietLosesOnePacketInThreeSecondsUntilItsPlacesAreTrue() {
        for (int i = 0; i < 50; i++) {
            put(1_000, 160 * i, 0, 0x80); // a second of audio, all at once
        }
        for (int i = 50; i < 8_000; i++) {
            put(20L * (i + 1), 160 * i, 0, 0x80);
            while (speaker.work()) {}
        }

        assertThat(heard.lastEndMs).isBetween(160_000L, 160_200L);
        assertThat(heard.speechFrames).isBetween(8_000 - 80, 8_000 - 35);
    }

    @Test
    void tellsOfAudioThatWasLost() {
        put(20, 0, 0, 0x80);
        put(140, 6 * 160, 5, 0x80);
        put(180, 8 * 160, 1, 0x80); // too little to be told
        while (speaker.work()) {}

        assertThat(heard.told).startsWith("0-20", "gap PACKETS_LOST 20-120", "20-40 silence");
        assertThat(heard.told).filteredOn(told -> told.startsWith("gap")).hasSize(1);
    }

    @Test
    void tellsLossesOnceASecondAndThenAsOne() {
        put(20, 0, 0, 0x80);
        for (int i = 1; i <= 20; i++) {
            put(20 + 120 * i, 6 * 160 * i, 5, 0x80);
        }
        while (speaker.work()) {
            now += 120 * MS;
        }
        ring.close();
        speaker.finish();

        assertThat(heard.told)
                .filteredOn(told -> told.startsWith("gap"))
                .containsExactly(
                        "gap PACKETS_LOST 20-120",
                        "gap PACKETS_LOST 140-1200",
                        "gap PACKETS_LOST 1220-2280",
                        "gap PACKETS_LOST 2300-2400");
        assertThat(heard.told).endsWith("end");
    }

    @Test
    void tellsWhenNothingArrives() {
        put(20, 0, 0, 0x80);
        now = 20 * MS;
        speaker.work();

        now = 79 * MS;
        speaker.work();
        now = 80 * MS;
        speaker.work();
        now = 700 * MS;
        speaker.work();

        assertThat(heard.told).containsExactly("0-20", "idle 80", "idle 700");
    }

    @Test
    void goesOnWhenTheConsumerFails() {
        heard.failing = true;
        put(20, 0, 0, 0x80);
        speaker.work();
        heard.failing = false;
        put(40, 160, 0, 0x80);
        speaker.work();

        assertThat(heard.told).containsExactly("20-40");
    }

    @Test
    void consumesWhatIsQueuedBeforeItTellsTheEnd() {
        for (int i = 0; i < 100; i++) {
            put(20 * (i + 1), 160 * i, 0, 0x80);
        }
        ring.close();

        speaker.finish();

        assertThat(heard.told).hasSize(101).endsWith("1980-2000", "end");
    }

    private void put(long arrivalMs, int timestamp, int lostBefore, int code) {
        put(arrivalMs, timestamp, lostBefore, code, Long.MAX_VALUE);
    }

    private void put(long arrivalMs, int timestamp, int lostBefore, int code, long silenceNanos) {
        MediaPacket slot = Objects.requireNonNull(ring.claim());
        Arrays.fill(slot.payload, 0, 160, (byte) code);
        slot.payloadLength = 160;
        slot.timestamp = timestamp;
        slot.arrivalNanos = arrivalMs * MS;
        slot.lostBefore = lostBefore;
        slot.silenceNanos = silenceNanos;
        ring.publish();
    }

    private static final class Heard implements FrameConsumer {
        final List<String> told = new ArrayList<>();
        boolean failing;
        long overMs = Long.MAX_VALUE;
        short lastSample;
        byte lastByte;
        long lastEndMs;
        int speechFrames;

        @Override
        public void frame(AudioFrame frame) {
            if (failing) {
                throw new IllegalStateException("a consumer that fails");
            }
            lastSample = frame.samples()[frame.length() - 1];
            lastByte = frame.encoded()[frame.encodedLength() - 1];
            lastEndMs = frame.endMs();
            speechFrames += lastSample > 10_000 ? 1 : 0;
            told.add(frame.startMs() + "-" + frame.endMs() + (lastSample == 0 ? " silence" : ""));
        }

        @Override
        public void gap(GapReason reason, long startMs, long endMs) {
            told.add("gap " + reason + " " + startMs + "-" + endMs);
        }

        @Override
        public void idle(long nowMs) {
            told.add("idle " + nowMs);
        }

        @Override
        public void end() {
            told.add("end");
        }

        @Override
        public long overMs() {
            return overMs;
        }
    }
}
