package io.aicc.bench.engine;

import io.aicc.runtime.Settings;
import io.aicc.worker.speech.SpeechEngine;
import io.aicc.worker.speech.SpeechEngineFactory;
import io.aicc.worker.speech.SpeechEngineProvider;

/** Offers {@link CountingStream} to workers that a benchmark starts. */
public final class CountingProvider implements SpeechEngineProvider {
    /** What {@code AICC_STT_ENGINE} is set to. */
    public static final String NAME = "counting";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public SpeechEngineFactory configure(Settings settings) {
        return (tasks, registry) -> engine();
    }

    /** For a server that shall recognise nothing. */
    public static SpeechEngine engine() {
        return new DeafEngine(NAME, CountingStream::new);
    }
}
