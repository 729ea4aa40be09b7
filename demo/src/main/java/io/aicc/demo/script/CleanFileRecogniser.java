package io.aicc.demo.script;

import io.aicc.crd.Codec;
import io.aicc.wire.event.Channel;
import io.aicc.worker.audio.AudioFrame;
import io.aicc.worker.speech.SpeechEngine;
import io.aicc.worker.speech.SpeechException;
import io.aicc.worker.speech.SpeechListener;
import io.aicc.worker.speech.SpeechStream;
import io.aicc.worker.turn.TurnDetector;
import io.aicc.worker.turn.TurnListener;
import io.aicc.worker.turn.TurnSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Hears a recording as the worker would if there were no telephone between: the same turn detection and engine, but the file's
 * own samples, no µ-law, no packets, no waiting. What the way through the system costs in words is the difference to this.
 */
public final class CleanFileRecogniser {
    private static final int FRAME_SAMPLES = Recording.SAMPLE_RATE_HZ / 50;

    private CleanFileRecogniser() {}

    /**
     * Recognises whole tracks, as many at a time as there are processors; one takes about a tenth of its length.
     *
     * @param engine one that recognises in this process, from linear samples
     * @param tracks of one speaker each: linear, 8 kHz
     * @param language BCP 47 tag
     * @return in the same order, the text of every utterance in which there were words, in order
     * @throws SpeechException when the engine cannot serve, or lost an utterance
     */
    public static List<List<String>> transcribe(SpeechEngine engine, List<short[]> tracks, String language)
            throws SpeechException, InterruptedException {
        int processors = Runtime.getRuntime().availableProcessors();
        try (ExecutorService threads = Executors.newFixedThreadPool(processors)) {
            List<Future<List<String>>> hearings = tracks.stream()
                    .map(track -> threads.submit(() -> transcribe(engine, track, language)))
                    .toList();
            List<List<String>> heard = new ArrayList<>();
            for (Future<List<String>> hearing : hearings) {
                heard.add(hearing.get());
            }
            return heard;
        } catch (ExecutionException e) {
            throw e.getCause() instanceof SpeechException cause ? cause : new SpeechException(e.toString(), e);
        }
    }

    private static List<String> transcribe(SpeechEngine engine, short[] track, String language) throws SpeechException {
        Finals finals = new Finals();
        try (SpeechStream stream = engine.open(Channel.CUSTOMER, language, finals)) {
            TurnDetector turns = new TurnDetector(TurnSettings.DEFAULT, new Turns(stream));
            AudioFrame frame = new AudioFrame(Codec.ULAW);
            for (int from = 0; from < track.length; from += FRAME_SAMPLES) {
                int length = Math.min(FRAME_SAMPLES, track.length - from);
                System.arraycopy(track, from, frame.samples(), 0, length);
                frame.filled(from, length, 0);
                turns.frame(frame);
            }
            turns.end();
        }
        return finals.texts();
    }

    /** Hands every turn to the engine as an utterance. */
    private static final class Turns implements TurnListener {
        private final SpeechStream stream;
        private int utterances;

        Turns(SpeechStream stream) {
            this.stream = stream;
        }

        @Override
        public void began(long startMs) {
            utterances++;
            stream.begin("u" + utterances, startMs);
        }

        @Override
        public void audio(AudioFrame frame) {
            stream.audio(frame);
        }

        @Override
        public void ended(long endMs) {
            stream.end(endMs);
        }
    }

    private static final class Finals implements SpeechListener {
        private final List<String> texts = new ArrayList<>();
        private @Nullable SpeechException failure;

        @Override
        public void interimResult(String utteranceId, String text, long endMs) {}

        @Override
        public synchronized void finalResult(String utteranceId, Transcript transcript) {
            if (!transcript.text().isEmpty()) {
                texts.add(transcript.text());
            }
        }

        @Override
        public synchronized void failed(String utteranceId, SpeechException cause) {
            failure = cause;
        }

        synchronized List<String> texts() throws SpeechException {
            if (failure != null) {
                throw failure;
            }
            return List.copyOf(texts);
        }
    }
}
