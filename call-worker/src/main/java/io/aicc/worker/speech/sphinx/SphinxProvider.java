package io.aicc.worker.speech.sphinx;

import io.aicc.runtime.Settings;
import io.aicc.worker.speech.SpeechEngineFactory;
import io.aicc.worker.speech.SpeechEngineProvider;

/** Makes the engine called {@code sphinx}. */
public final class SphinxProvider implements SpeechEngineProvider {
    /** Name of the engine in settings, events and metrics. */
    static final String NAME = "sphinx";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public SpeechEngineFactory configure(Settings settings) {
        SphinxSettings read = SphinxSettings.read(settings);
        return (tasks, registry) -> new SphinxEngine(SphinxLibrary.load(), read.requireFiles());
    }
}
