package io.aicc.bench.engine;

import io.aicc.worker.audio.AudioFrame;
import io.aicc.worker.speech.SpeechListener;
import io.aicc.worker.speech.SpeechListener.Transcript;
import io.aicc.worker.speech.SpeechStream;
import java.util.List;

/** Counts packets in place of recognising words, and says whose they were by the {@link PayloadMark} of each. */
final class WitnessStream implements SpeechStream {
    private final SpeechListener listener;
    private Witness heard = new Witness();
    private String utterance = "";
    private long nextInterimMs;

    WitnessStream(SpeechListener listener) {
        this.listener = listener;
    }

    @Override
    public void begin(String utteranceId, long startMs) {
        utterance = utteranceId;
        heard = new Witness();
        nextInterimMs = startMs + 1000;
    }

    @Override
    public void audio(AudioFrame frame) {
        heard.packetOf(PayloadMark.read(frame.encoded()));
        if (frame.endMs() >= nextInterimMs) {
            nextInterimMs += 1000;
            listener.interimResult(utterance, heard.toString(), frame.endMs());
        }
    }

    @Override
    public void end(long endMs) {
        listener.finalResult(utterance, new Transcript(heard.toString(), List.of(), null));
    }

    @Override
    public void close() {}
}
