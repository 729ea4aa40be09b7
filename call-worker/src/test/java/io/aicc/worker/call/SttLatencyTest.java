package io.aicc.worker.call;

import static org.assertj.core.api.Assertions.assertThat;

import io.aicc.crd.Codec;
import io.aicc.wire.event.Channel;
import io.aicc.worker.audio.AudioFrame;
import io.aicc.worker.speech.SpeechListener;
import io.aicc.worker.speech.SpeechListener.Transcript;
import io.aicc.worker.speech.SpeechStream;
import io.aicc.worker.turn.TurnSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** By the clock of the test. */
class SttLatencyTest {
    private static final Duration HEARS = Duration.ofMillis(30);
    private static final Duration THINKS = Duration.ofMillis(200);

    private final List<Duration> latencies = new ArrayList<>();
    private long nanos;
    private final SpeakerLine line = new SpeakerLine(
            Channel.CUSTOMER,
            TurnSettings.DEFAULT,
            new SpeakerLine.Transcription(event -> {}, "slow", "none", latencies::add, () -> {}),
            () -> nanos);

    @Test
    void aFinalIsAsLateAsTheLastAudioThatTheEngineWasGivenIsLongAgo() {
        line.recogniseWith(new Slow(line));

        line.began(0);
        line.audio(frame());
        line.audio(frame());
        line.ended(40);

        assertThat(latencies).containsExactly(HEARS.plus(THINKS));
    }

    @Test
    void theTimeInWhichNobodyKnewThatTheUtteranceWasOverCounts() {
        Duration stall = Duration.ofSeconds(2);
        line.recogniseWith(new Slow(line));

        line.began(0);
        line.audio(frame());
        pass(stall);
        line.ended(20);

        assertThat(latencies).containsExactly(HEARS.plus(stall).plus(THINKS));
    }

    private static AudioFrame frame() {
        return new AudioFrame(Codec.ULAW);
    }

    private void pass(Duration time) {
        nanos += time.toNanos();
    }

    /** Recognises on the thread that hands it the audio, and takes its time. */
    private final class Slow implements SpeechStream {
        private final SpeechListener listener;
        private String utterance = "";

        Slow(SpeechListener listener) {
            this.listener = listener;
        }

        @Override
        public void begin(String utteranceId, long startMs) {
            utterance = utteranceId;
        }

        @Override
        public void audio(AudioFrame frame) {
            pass(HEARS);
        }

        @Override
        public void end(long endMs) {
            pass(THINKS);
            listener.finalResult(utterance, new Transcript("", List.of(), null));
        }

        @Override
        public void close() {}
    }
}
