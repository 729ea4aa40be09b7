package io.aicc.bench.engine;

import io.aicc.wire.event.Channel;
import io.aicc.worker.speech.SpeechEngine;
import io.aicc.worker.speech.SpeechListener;
import io.aicc.worker.speech.SpeechStream;
import java.util.function.Function;

/**
 * Recognises nothing. What is measured with it is everything but recognition, and is to be called so.
 *
 * @param name what {@code AICC_STT_ENGINE} is set to
 * @param streams what becomes of a speaker's audio
 */
record DeafEngine(String name, Function<SpeechListener, SpeechStream> streams) implements SpeechEngine {
    @Override
    public String model() {
        return "none: recognises nothing";
    }

    @Override
    public SpeechStream open(Channel channel, String language, SpeechListener listener) {
        return streams.apply(listener);
    }

    @Override
    public boolean sameModel(String language, String other) {
        return true;
    }

    @Override
    public void close() {}
}
