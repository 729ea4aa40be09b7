package io.aicc.worker.turn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.aicc.crd.Codec;
import io.aicc.worker.audio.AudioFrame;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class TurnDetectorTest {
    private static final TurnSettings SETTINGS = TurnSettings.DEFAULT;
    private static final double SPEECH_DB = -20;

    private final Random random = new Random(42);
    private final Turns turns = new Turns();
    private TurnDetector detector = new TurnDetector(SETTINGS, turns);
    private final AudioFrame frame = new AudioFrame(Codec.L16_16K);
    private long position;

    @Test
    void silenceIsNobodySpeaking() {
        silence(10_000);

        assertThat(turns.told).isEmpty();
    }

    @Test
    void anUtteranceBeginsBeforeItsFirstSoundAndEndsWithItsLast() {
        silence(1000);
        speech(1000);
        silence(1000);

        assertThat(turns.told).hasSize(1);
        Turn turn = turns.told.getFirst();
        assertThat(turn.beganMs).isBetween(400L, 700L);
        assertThat(turn.endedMs).isBetween(1980L, 2020L);
    }

    @Test
    void nothingOfTheUtteranceIsMissingFromItsAudio() {
        silence(1000);
        speech(1000);
        silence(1000);

        Turn turn = turns.told.getFirst();
        assertThat(turn.firstSample * 1000 / 16_000).isEqualTo(turn.beganMs).isLessThanOrEqualTo(700);
        assertThat(turn.nextSample * 1000 / 16_000).isGreaterThanOrEqualTo(2500);
    }

    @Test
    void speechFromTheVeryFirstFrameOnIsHeardWhole() {
        speech(800);
        silence(700);

        assertThat(turns.told).hasSize(1);
        assertThat(turns.told.getFirst().firstSample).isZero();
    }

    @Test
    void aClickIsNotSpeech() {
        silence(1000);
        for (int i = 0; i < 20; i++) {
            speech(40);
            silence(200);
        }

        assertThat(turns.told).isEmpty();
    }

    @Test
    void aShortWordIsSpeech() {
        silence(1000);
        speech(140);
        silence(1000);

        assertThat(turns.told).hasSize(1);
    }

    @Test
    void pausesBetweenWordsBelongToTheUtterance() {
        silence(1000);
        for (int i = 0; i < 5; i++) {
            speech(400);
            silence(500);
        }
        silence(500);

        assertThat(turns.told).hasSize(1);
    }

    @Test
    void aPauseLongerThanTheHangoverDividesUtterances() {
        silence(1000);
        speech(400);
        silence(900);
        speech(400);
        silence(900);

        assertThat(turns.told).hasSize(2);
        assertThat(turns.told.get(1).firstSample).isGreaterThanOrEqualTo(turns.told.get(0).nextSample);
    }

    @Test
    void keystrokesInAPauseDoNotKeepAnUtteranceOpen() {
        silence(1000);
        speech(1000);
        for (int i = 0; i < 20; i++) {
            silence(180);
            speech(20);
        }

        assertThat(turns.told).hasSize(1);
        assertThat(turns.told.getFirst().endedMs).isLessThan(2500);
    }

    @Test
    void steadyNoiseBecomesTheBackground() {
        noise(8000, -35);
        turns.told.clear();

        noise(20_000, -35);
        assertThat(turns.told).isEmpty();

        noise(1000, -15);
        noise(1000, -35);
        assertThat(turns.told).hasSize(1);
    }

    @Test
    void speechIsFoundInNoiseThatIsFifteenDecibelsBelowIt() {
        noise(5000, SPEECH_DB - 15);
        turns.told.clear();

        for (int i = 0; i < 10; i++) {
            speech(600);
            noise(1400, SPEECH_DB - 15);
        }

        assertThat(turns.told).hasSize(10);
    }

    @Test
    void aConstantLevelIsNotSound() {
        for (int i = 0; i < 100; i++) {
            emit(20, sample -> 5000);
        }

        assertThat(turns.told).isEmpty();
    }

    @Test
    void withoutPacketsAnUtteranceEndsByTheClock() {
        silence(1000);
        speech(1000);
        silence(300);

        detector.idle(4290);
        assertThat(turns.open).isTrue();
        detector.idle(4300);

        assertThat(turns.told).hasSize(1);
        assertThat(turns.told.getFirst().endedMs).isEqualTo(2000);
    }

    @Test
    void aStallIsNoPause() {
        silence(1000);
        speech(1000);
        detector.idle(3990);
        speech(1000);
        silence(1000);

        assertThat(turns.told).hasSize(1);
        assertThat(turns.told.getFirst().endedMs).isEqualTo(3000);
    }

    @Test
    void aStallThatEndedAnUtteranceLosesNothingOfWhatFollows() {
        silence(1000);
        speech(1000);
        detector.idle(4000);
        speech(1000);
        silence(1000);

        assertThat(turns.told).hasSize(2);
        assertThat(turns.told.get(1).firstSample).isEqualTo(turns.told.get(0).nextSample);
    }

    @Test
    void aJumpOfTheTimelineEndsAnUtterance() {
        silence(1000);
        speech(1000);
        position += 16 * 60_000;
        speech(1000);
        silence(1000);

        assertThat(turns.told).hasSize(2);
        assertThat(turns.told.get(0).endedMs).isEqualTo(2000);
        assertThat(turns.told.get(1).beganMs).isEqualTo(62_000);
    }

    @Test
    void theEndOfTheStreamEndsAnOpenUtterance() {
        silence(1000);
        speech(1000);
        detector.end();
        detector.end();

        assertThat(turns.told).hasSize(1);
    }

    @Test
    void aVeryLongUtteranceIsCutInAShortPause() {
        silence(1000);
        for (int i = 0; i < 40; i++) {
            speech(1000);
            silence(240);
        }
        silence(1000);

        assertThat(turns.told).hasSizeGreaterThan(1);
        assertThat(turns.told.getFirst().lengthMs()).isBetween(24_000L, 26_000L);
        assertThat(turns.told.get(1).firstSample).isEqualTo(turns.told.get(0).nextSample);
    }

    @Test
    void anEndlessUtteranceIsCutAndLosesNothing() {
        silence(1000);
        for (int i = 0; i < 350; i++) {
            speech(160);
            silence(40); // so that it does not become the background
        }

        assertThat(turns.told).isNotEmpty();
        assertThat(turns.told.getFirst().lengthMs()).isBetween(29_900L, 30_100L);
        assertThat(turns.current.firstSample).isEqualTo(turns.told.getLast().nextSample);
    }

    /** Whatever is heard: turns do not overlap, their audio has no hole, and memory holds one pre-roll at most. */
    @Property(tries = 50)
    void turnsFollowEachOtherAndTheirAudioHasNoHole(
            @ForAll long seed, @ForAll @IntRange(min = 5, max = 60) int frameMs) {
        Random any = new Random(seed);
        turns.told.clear();
        turns.open = false;
        detector = new TurnDetector(SETTINGS, turns);
        position = 0;
        for (int i = 0; i < 40; i++) {
            double db = -70 + 60 * any.nextDouble();
            for (int ms = any.nextInt(1000); ms > 0; ms -= frameMs) {
                emit(frameMs, loud(db));
            }
            if (any.nextInt(10) == 0) {
                position += any.nextInt(any.nextBoolean() ? 10 : 100_000);
            }
        }
        detector.end();

        assertThat(turns.open).isFalse();
        assertThat(turns.holes).isZero();
        assertThat(turns.altered).isZero();
        for (int i = 1; i < turns.told.size(); i++) {
            assertThat(turns.told.get(i).firstSample).isGreaterThanOrEqualTo(turns.told.get(i - 1).nextSample);
        }
    }

    @Test
    void refusesSettingsThatContradictThemselves() {
        assertThatThrownBy(() -> new TurnSettings(6, 9, -52, 120, 300, 600, 30_000))
                .hasMessageContaining("sustainDb must be above 0 and at most onsetDb = 6.0, got 9.0");
        assertThatThrownBy(() -> new TurnSettings(9, 6, -52, 0, 300, 600, 30_000))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private void silence(int ms) {
        noise(ms, -65);
    }

    private void speech(int ms) {
        noise(ms, SPEECH_DB);
    }

    private void noise(int ms, double db) {
        for (int done = 0; done < ms; done += 20) {
            emit(20, loud(db));
        }
    }

    private Signal loud(double db) {
        double amplitude = 32_768 * Math.pow(10, db / 20);
        return sample -> amplitude * random.nextGaussian();
    }

    private void emit(int ms, Signal signal) {
        int length = 16 * ms;
        for (int i = 0; i < length; i++) {
            short sample = (short) Math.clamp(Math.round(signal.at(position + i)), Short.MIN_VALUE, Short.MAX_VALUE);
            frame.samples()[i] = sample;
            frame.encoded()[2 * i] = (byte) (sample >> 8);
            frame.encoded()[2 * i + 1] = (byte) sample;
        }
        frame.filled(position, length, 2 * length);
        detector.frame(frame);
        position += length;
    }

    private interface Signal {
        double at(long sample);
    }

    private static final class Turn {
        long beganMs;
        long endedMs;
        long firstSample = -1;
        long nextSample;

        long lengthMs() {
            return (nextSample - firstSample) / 16;
        }
    }

    private static final class Turns implements TurnListener {
        final List<Turn> told = new ArrayList<>();
        Turn current = new Turn();
        boolean open;
        int holes;
        int altered;

        @Override
        public void began(long startMs) {
            assertThat(open).isFalse();
            open = true;
            current = new Turn();
            current.beganMs = startMs;
        }

        @Override
        public void audio(AudioFrame frame) {
            assertThat(open).isTrue();
            if (current.firstSample < 0) {
                current.firstSample = frame.startSample();
            } else if (frame.startSample() != current.nextSample) {
                holes++;
            }
            for (int i = 0; i < frame.length(); i++) {
                int travelled = frame.encoded()[2 * i] << 8 | frame.encoded()[2 * i + 1] & 0xFF;
                altered += travelled == frame.samples()[i] ? 0 : 1;
            }
            current.nextSample = frame.startSample() + frame.length();
        }

        @Override
        public void ended(long endMs) {
            assertThat(open).isTrue();
            open = false;
            current.endedMs = endMs;
            told.add(current);
        }
    }
}
