package io.aicc.bench.engine;

import io.aicc.worker.audio.AudioFrame;
import io.aicc.worker.speech.SpeechListener;
import io.aicc.worker.speech.SpeechListener.Transcript;
import io.aicc.worker.speech.SpeechStream;
import io.aicc.worker.turn.TurnSettings;
import java.util.List;

/**
 * Takes the {@link PayloadMark} of each packet that it hears for the moment at which that was sent. Every result begins with the
 * moment at which it was made; a final goes on with how long each packet of its utterance was on its way here, microseconds.
 */
final class TimingStream implements SpeechStream {
    private static final int INTERIM_MS = 200;

    /** What is kept until it is sure that somebody speaks has waited for that, and not for us. */
    private static final int KEPT_MS = TurnSettings.DEFAULT.preRollMs() + 2 * TurnSettings.DEFAULT.minSpeechMs();

    private final SpeechListener listener;
    private final StringBuilder micros = new StringBuilder();
    private String utterance = "";
    private long aliveFromMs;
    private long nextInterimMs;

    TimingStream(SpeechListener listener) {
        this.listener = listener;
    }

    @Override
    public void begin(String utteranceId, long startMs) {
        utterance = utteranceId;
        aliveFromMs = startMs + KEPT_MS;
        nextInterimMs = startMs + KEPT_MS;
        micros.setLength(0);
    }

    @Override
    public void audio(AudioFrame frame) {
        long now = System.nanoTime();
        long sent = PayloadMark.read(frame.encoded());
        if (sent != PayloadMark.NONE && frame.startMs() >= aliveFromMs) {
            micros.append(' ').append((now - sent) / 1000);
        }
        if (frame.endMs() >= nextInterimMs) {
            nextInterimMs += INTERIM_MS;
            listener.interimResult(utterance, String.valueOf(System.nanoTime()), frame.endMs());
        }
    }

    @Override
    public void end(long endMs) {
        listener.finalResult(utterance, new Transcript(System.nanoTime() + "" + micros, List.of(), null));
    }

    @Override
    public void close() {}
}
