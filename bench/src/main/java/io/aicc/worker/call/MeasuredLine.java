package io.aicc.worker.call;

import io.aicc.wire.event.Channel;
import io.aicc.wire.event.EventBody;
import io.aicc.worker.audio.AudioFrame;
import io.aicc.worker.speech.SpeechEngine;
import io.aicc.worker.speech.SpeechException;
import io.aicc.worker.speech.SpeechStream;
import io.aicc.worker.turn.TurnSettings;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** One speaker's line as a worker has it, without the call around it; in this package because only it makes one. */
public final class MeasuredLine implements AutoCloseable {
    private final List<Duration> latencies = new CopyOnWriteArrayList<>();
    private final List<String> finals = new CopyOnWriteArrayList<>();
    private final List<EventBody.Gap> gaps = new CopyOnWriteArrayList<>();
    private final SpeakerLine line;
    private final SpeechStream stream;

    /** Opens the engine's stream. */
    public MeasuredLine(SpeechEngine engine, Channel channel, String language) throws SpeechException {
        line = new SpeakerLine(
                channel,
                TurnSettings.DEFAULT,
                new SpeakerLine.Transcription(this::take, engine.name(), engine.model(), latencies::add, () -> {}),
                System::nanoTime);
        stream = engine.open(channel, language, line);
        line.recogniseWith(stream);
    }

    /** The next frame; returns when a worker would take another. */
    public void frame(AudioFrame frame) {
        line.frame(frame);
    }

    private void take(EventBody event) {
        switch (event) {
            case EventBody.TranscriptFinal words -> finals.add(words.text());
            case EventBody.Gap gap -> gaps.add(gap);
            default -> {}
        }
    }

    /** Of every final, as the worker counts it. */
    public List<Duration> latencies() {
        return latencies;
    }

    /** Texts of the finals. */
    public List<String> finals() {
        return finals;
    }

    /** Utterances that were lost. */
    public int lost() {
        return gaps.size();
    }

    /** Ends what is said and waits for the last words. */
    @Override
    public void close() {
        line.end();
        stream.close();
    }
}
