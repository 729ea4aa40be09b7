package io.aicc.worker.speech.sphinx;

import io.aicc.worker.speech.EngineSettings;
import io.aicc.worker.speech.SpeechEngine;
import io.aicc.worker.speech.SpeechEngineProvider;
import io.aicc.worker.speech.SpeechException;

/** Makes the engine called {@code sphinx}. */
public final class SphinxProvider implements SpeechEngineProvider {
    /** Name of the engine in settings, events and metrics. */
    static final String NAME = "sphinx";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public SpeechEngine create(EngineSettings settings) throws SpeechException {
        return new SphinxEngine(SphinxLibrary.load(), SphinxSettings.from(settings));
    }
}
