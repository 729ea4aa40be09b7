package io.aicc.worker.speech.remote;

import io.aicc.runtime.Tasks;
import io.aicc.wire.event.EventBody.Word;
import io.aicc.worker.speech.EncodedAudio;
import io.aicc.worker.speech.SpeechException;
import io.aicc.worker.speech.SpeechListener;
import io.aicc.worker.speech.TurnPool;
import io.aicc.worker.speech.TurnRecogniser;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/** Somebody who says numbers to a server that understands them, in time that passes when it is told to. */
final class NumberCall {
    static final Duration LONGEST = Duration.ofSeconds(285);
    private static final long SERVER_LIMIT_MS = 300_000;

    final ManualTime time = new ManualTime();
    final NumberServer server = new NumberServer(time, SERVER_LIMIT_MS);
    final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    final Circuit circuit = new Circuit("numbers", StreamTiming.within(LONGEST), registry, time);
    final Heard heard = new Heard();
    private int frame;

    RemoteStream stream() {
        return stream(null);
    }

    RemoteStream stream(@Nullable TurnPool turns) {
        return new RemoteStream(
                new RemoteParts(
                        server,
                        circuit,
                        turns,
                        time,
                        StreamTiming.within(LONGEST),
                        registry.counter("rotations"),
                        time),
                "en-US",
                heard);
    }

    /** Hears whole turns. */
    static TurnPool turns() {
        return new TurnPool(
                new TurnRecogniser() {
                    @Override
                    public SpeechListener.Transcript recognise(EncodedAudio turn) {
                        return NumberSpeech.hear(turn);
                    }

                    @Override
                    public void close() {}
                },
                new Tasks(Duration.ZERO));
    }

    /** Says the next numbers at the pace of speech. */
    void say(RemoteStream stream, int words) {
        int frames = words * NumberSpeech.WORD_AND_PAUSE_MS / 20;
        for (int i = 0; i < frames; i++) {
            sayFrame(stream);
        }
    }

    void sayFrame(RemoteStream stream) {
        time.pass(Duration.ofMillis(20));
        stream.audio(NumberSpeech.frame(frame++));
    }

    /** Counts from 0 again. */
    void countAgain() {
        frame = 0;
    }

    /** Where the speaker is on the timeline. */
    long now() {
        return frame * 20L;
    }

    void awaitFinals(int count) {
        Awaitility.await().until(() -> heard.finals.size() == count);
    }

    /** What came of it. */
    static final class Heard implements SpeechListener {
        final List<String> interims = new ArrayList<>();
        final List<String> finals = new CopyOnWriteArrayList<>();
        final List<String> failures = new ArrayList<>();
        List<Word> words = List.of();

        @Override
        public void interimResult(String utteranceId, String text, long endMs) {
            interims.add(text);
        }

        @Override
        public void finalResult(String utteranceId, Transcript transcript) {
            finals.add(transcript.text());
            words = transcript.words();
        }

        @Override
        public void failed(String utteranceId, SpeechException cause) {
            failures.add(utteranceId + ": " + cause.getMessage());
        }
    }
}
