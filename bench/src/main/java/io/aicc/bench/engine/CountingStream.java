package io.aicc.bench.engine;

import io.aicc.worker.audio.AudioFrame;
import io.aicc.worker.speech.SpeechListener;
import io.aicc.worker.speech.SpeechListener.Transcript;
import io.aicc.worker.speech.SpeechStream;
import java.util.List;

/** Tells how much it heard, an interim a second and a final for every utterance. */
final class CountingStream implements SpeechStream {
    private final SpeechListener listener;
    private String utterance = "";
    private long samples;
    private long nextInterimMs;

    CountingStream(SpeechListener listener) {
        this.listener = listener;
    }

    @Override
    public void begin(String utteranceId, long startMs) {
        utterance = utteranceId;
        samples = 0;
        nextInterimMs = startMs + 1000;
    }

    @Override
    public void audio(AudioFrame frame) {
        samples += frame.length();
        if (frame.endMs() >= nextInterimMs) {
            nextInterimMs += 1000;
            listener.interimResult(utterance, "heard " + samples + " samples so far", frame.endMs());
        }
    }

    @Override
    public void end(long endMs) {
        listener.finalResult(utterance, new Transcript("heard " + samples + " samples", List.of(), null));
    }

    @Override
    public void close() {}
}
