package io.aicc.worker.call;

import static org.assertj.core.api.Assertions.assertThat;

import io.aicc.crd.Codec;
import io.aicc.wire.event.Channel;
import io.aicc.wire.event.EventBody;
import io.aicc.wire.event.EventBody.Gap;
import io.aicc.wire.event.EventBody.SpeechStarted;
import io.aicc.wire.event.EventBody.TranscriptFinal;
import io.aicc.worker.audio.AudioFrame;
import io.aicc.worker.rtp.FrameConsumer.GapReason;
import io.aicc.worker.speech.SpeechException;
import io.aicc.worker.speech.SpeechListener.Transcript;
import io.aicc.worker.turn.TurnSettings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a line says of its own knowledge: where that begins which no final, gap or silence covers. */
class SpeakerLineTest {
    private static final Transcript HELLO = new Transcript("hello", List.of(), null);
    private static final int FRAME_MS = 20;
    private static final int SAMPLES = 160;

    private final List<EventBody> published = new ArrayList<>();
    private final SpeakerLine line = new SpeakerLine(
            Channel.CUSTOMER,
            TurnSettings.DEFAULT,
            new SpeakerLine.Transcription(published::add, "engine", "model", _ -> {}, () -> {}),
            System::nanoTime);
    private final AudioFrame frame = new AudioFrame(Codec.ULAW);
    private long atMs;

    private void hear(int amplitude, int ms) {
        for (long end = atMs + ms; atMs < end; atMs += FRAME_MS) {
            for (int i = 0; i < SAMPLES; i++) {
                frame.samples()[i] = (short) (i % 8 < 4 ? amplitude : -amplitude);
            }
            Arrays.fill(frame.encoded(), 0, SAMPLES, (byte) 0);
            frame.filled(atMs * 8, SAMPLES, SAMPLES);
            line.frame(frame);
        }
    }

    private void hearSpeech(int ms) {
        hear(8000, ms);
    }

    private void hearNothing(int ms) {
        hear(4, ms);
    }

    private SpeechStarted begun() {
        return published.stream()
                .filter(SpeechStarted.class::isInstance)
                .map(SpeechStarted.class::cast)
                .reduce((_, later) -> later)
                .orElseThrow();
    }

    private List<Gap> gaps() {
        return published.stream()
                .filter(Gap.class::isInstance)
                .map(Gap.class::cast)
                .toList();
    }

    @Test
    void silenceNeedsNotBeToldButForTheLastSecondInWhichSpeechMayHaveBegun() {
        hearNothing(5_000);

        assertThat(line.coveredUntilMs()).isEqualTo(4_000);
    }

    @Test
    void anUtteranceIsNotToldFromItsVeryBeginningUntilItsFinalIsThere() {
        hearNothing(2_000);
        hearSpeech(3_000);
        SpeechStarted first = begun();
        assertThat(first.startMs()).isBetween(1_400L, 2_000L);
        assertThat(line.coveredUntilMs()).isEqualTo(first.startMs());

        hearNothing(2_000);
        assertThat(line.coveredUntilMs()).as("over, and its words under way").isEqualTo(first.startMs());

        hearSpeech(1_000);
        line.finalResult(first.utteranceId(), HELLO);
        assertThat(line.coveredUntilMs())
                .as("the next one")
                .isEqualTo(begun().startMs())
                .isGreaterThan(5_000);
    }

    @Test
    void whatNoRecogniserMadeWordsOfIsToldAsAGap() {
        hearSpeech(2_000);
        hearNothing(1_000);
        line.failed(begun().utteranceId(), new SpeechException("broken"));

        assertThat(gaps()).singleElement().satisfies(gap -> assertThat(gap.reason())
                .isEqualTo("stt_failed"));
        assertThat(line.coveredUntilMs()).isEqualTo(2_000);
    }

    @Test
    void whoStopsWaitingForFinalsSaysWhatIsMissing() {
        hearSpeech(2_000);
        hearNothing(1_000);

        line.end();
        line.giveUp();
        line.finalResult(begun().utteranceId(), HELLO);

        assertThat(gaps())
                .singleElement()
                .extracting(Gap::reason, Gap::startMs)
                .containsExactly("stt_failed", begun().startMs());
        assertThat(published).noneMatch(TranscriptFinal.class::isInstance);
    }

    @Test
    void whoIsNotDoneWithTheAudioInTimeMissesItToTheEndOfTheCall() {
        hearNothing(2_000);
        hearSpeech(3_000);
        line.over(60_000);

        line.giveUp();

        assertThat(gaps())
                .as("from what was being said on")
                .containsExactly(new Gap(Channel.CUSTOMER, "overload", begun().startMs(), 60_000));
    }

    @Test
    void whatWasSaidBeforeTheFirstAudioIsAGapThatEndsWithIt() {
        line.opens(Opening.notReady(-1_500, 0));
        assertThat(line.coveredUntilMs()).isEqualTo(-1_500);

        line.idle(100);
        atMs = 120;
        hearNothing(200);

        assertThat(gaps()).containsExactly(new Gap(Channel.CUSTOMER, "not_ready", -1_500, 120));
    }

    @Test
    void aFirstAudioThatCameAtOnceLeavesNoGap() {
        line.opens(Opening.notReady(-60, 0));

        atMs = 120;
        hearNothing(200);

        assertThat(gaps()).isEmpty();
    }

    @Test
    void aSpeakerWhoWasNeverHeardIsMissingFromTheBeginningToTheEnd() {
        line.opens(Opening.replaced(2_000, 9_000));

        line.idle(30_000);
        line.end();

        assertThat(gaps()).containsExactly(new Gap(Channel.CUSTOMER, "worker_replaced", 2_000, 30_000));
    }

    @Test
    void nobodyIsMissedAfterTheCallWasOver() {
        line.opens(Opening.replaced(2_000, 9_000));

        line.idle(30_000);
        line.over(20_000);
        line.end();

        assertThat(gaps()).containsExactly(new Gap(Channel.CUSTOMER, "worker_replaced", 2_000, 20_000));
        assertThat(line.overMs()).as("nor by the stream").isEqualTo(20_000);
    }

    @Test
    void audioThatStaysAwayIsNotTold() {
        hearNothing(3_000);
        line.idle(60_000);

        assertThat(line.coveredUntilMs()).isEqualTo(2_000);
        line.gap(GapReason.NOTHING_SENT, 3_000, 60_000);
        atMs = 60_000;
        hearNothing(2_000);
        assertThat(line.coveredUntilMs()).isEqualTo(61_000);
    }
}
