package io.aicc.worker.speech.google;

import io.aicc.runtime.Settings;
import io.aicc.worker.speech.SpeechEngineFactory;
import io.aicc.worker.speech.SpeechEngineProvider;

/** Makes the engine called {@code google}. */
public final class GoogleProvider implements SpeechEngineProvider {
    /** Name of the engine in settings, events and metrics. */
    static final String NAME = "google";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public SpeechEngineFactory configure(Settings settings) {
        GoogleSettings read = GoogleSettings.read(settings);
        return (tasks, registry) -> GoogleEngine.start(read, tasks, registry);
    }
}
