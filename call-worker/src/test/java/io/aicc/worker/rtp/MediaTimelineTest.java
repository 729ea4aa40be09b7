package io.aicc.worker.rtp;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MediaTimelineTest {
    private static final int RATE = 8000;
    private static final int LENGTH = 160;
    private static final long MS = 1_000_000;
    private static final long ZERO = -5_000_000_000L; // clocks may be negative

    private final MediaTimeline timeline = new MediaTimeline(RATE, ZERO);
    private final MediaPacket packet = new MediaPacket(LENGTH);
    private long arrivalMs;
    private int timestamp = Integer.MAX_VALUE - 1000; // wraps soon

    @Test
    void theFirstPacketLiesWhereItArrived() {
        arrivalMs = 1020;

        assertThat(place()).isEqualTo(ms(1000));
    }

    @Test
    void packetsInOrderFollowEachOtherWhateverTheJitter() {
        arrivalMs = 1020;
        place();
        for (int i = 1; i < 500; i++) {
            arrivalMs = 1020 + 20L * i + i * 37 % 90;
            assertThat(place()).isEqualTo(ms(1000 + 20L * i));
        }
    }

    @Test
    void silenceWithoutPacketsIsAsLongAsTheTimestampsSay() {
        arrivalMs = 1020;
        place();

        arrivalMs += 20 + 5000 + 60; // 60 ms of jitter
        timestamp += 5000 * 8;
        assertThat(place()).isEqualTo(ms(1020 + 5000));
    }

    @Test
    void lostPacketsLeaveRoomForThemselves() {
        arrivalMs = 1020;
        place();

        arrivalMs += 80;
        timestamp += 3 * LENGTH;
        packet.lostBefore = 3;
        assertThat(place()).isEqualTo(ms(1080));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void lossesThatCannotHaveLastedSoLongAreNotBelieved(int disagreement) {
        arrivalMs = 1020;
        place();
        for (int i = 0; i < 100; i++) {
            arrivalMs += 20;
            timestamp += 2999 * LENGTH + disagreement;
            packet.lostBefore = 2999;
            assertThat(place()).isLessThanOrEqualTo(ms(arrivalMs + 200));
        }
    }

    @Test
    void aTimestampFromTheFutureIsNotBelieved() {
        arrivalMs = 1020;
        place();

        arrivalMs += 20;
        timestamp += 3600 * RATE;
        assertThat(place()).isEqualTo(ms(1020));
    }

    @Test
    void aTimestampThatGoesBackIsNotBelieved() {
        arrivalMs = 1020;
        place();

        arrivalMs += 20 + 300;
        timestamp -= 50_000;
        assertThat(place()).isEqualTo(ms(1020 + 300));
    }

    @Test
    void aTimestampThatDeniesALongPauseIsNotBelieved() {
        arrivalMs = 1020;
        place();

        arrivalMs += 20 + 5000;
        timestamp += 1000 * 8;
        assertThat(place()).isEqualTo(ms(1020 + 5000));
    }

    @ParameterizedTest
    @ValueSource(ints = {1_500, 15_000})
    void aStallThatIsMadeUpForMovesNothing(int stallMs) {
        arrivalMs = 1020;
        place();
        long stalledUntil = arrivalMs + stallMs;
        for (int i = 1; i < 1_000; i++) {
            arrivalMs = Math.max(stalledUntil, 1020 + 20L * i);
            assertThat(place()).isEqualTo(ms(1000 + 20L * i));
        }
    }

    @Test
    void aPauseThatTheSenderDoesNotAdmitIsNoticedWithinTwoSeconds() {
        arrivalMs = 1020;
        place();

        arrivalMs += 3000;
        long start = 0;
        for (int i = 0; i < 100; i++) {
            arrivalMs += 20;
            start = place();
        }
        assertThat(start).isEqualTo(ms(arrivalMs - 20));
    }

    @Test
    void aPacketThatWouldEndLongAfterItArrivedIsAhead() {
        arrivalMs = 1020;
        place();
        for (int i = 1; i <= 10; i++) {
            assertThat(isAhead()).isFalse();
            place(); // all at once
        }

        assertThat(isAhead()).isTrue();
        timeline.leaveOut(packet, LENGTH);
        timestamp += LENGTH;
        arrivalMs += 20;
        assertThat(place()).isEqualTo(ms(1000 + 11 * 20)); // where the one left out would have been
    }

    /** 100 parts per million over two hours are 720 ms. */
    @Test
    void aSlowClockAtTheOtherEndIsMadeUpFor() {
        arrivalMs = 1020;
        long start = place();
        for (int i = 1; i < 360_000; i++) {
            arrivalMs = 1020 + 20L * i + i * 20L / 10_000;
            start = place();
        }
        assertThat(start).isBetween(ms(arrivalMs - 20 - 210), ms(arrivalMs - 20));
    }

    @Test
    void aNewSequenceGoesOnWhereItArrives() {
        arrivalMs = 1020;
        place();

        arrivalMs = 7000;
        timestamp = 42;
        packet.restart = true;
        assertThat(place()).isEqualTo(ms(6980));
    }

    @Property
    void theTimelineNeverGoesBack(
            @ForAll @Size(max = 200) long[] arrivals,
            @ForAll @Size(max = 200) int[] timestamps,
            @ForAll @IntRange(max = 3000) int lost) {
        MediaTimeline any = new MediaTimeline(RATE, ZERO);
        long now = 0;
        for (int i = 0; i < Math.min(arrivals.length, timestamps.length); i++) {
            now += Math.floorMod(arrivals[i], 10_000_000_000L);
            packet.arrivalNanos = now;
            packet.timestamp = timestamps[i];
            packet.lostBefore = i % 7 == 0 ? lost : 0;
            long before = any.next();
            assertThat(any.place(packet, LENGTH)).isGreaterThanOrEqualTo(before);
        }
    }

    private boolean isAhead() {
        packet.arrivalNanos = ZERO + arrivalMs * MS;
        packet.timestamp = timestamp;
        return timeline.isAhead(packet, LENGTH);
    }

    private long place() {
        packet.arrivalNanos = ZERO + arrivalMs * MS;
        packet.timestamp = timestamp;
        long start = timeline.place(packet, LENGTH);
        timestamp += LENGTH;
        packet.lostBefore = 0;
        packet.restart = false;
        return start;
    }

    private static long ms(long ms) {
        return ms * RATE / 1000;
    }
}
