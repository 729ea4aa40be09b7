package io.aicc.worker.speech.vosk;

import io.aicc.runtime.Settings;
import io.aicc.worker.speech.SpeechEngineFactory;
import io.aicc.worker.speech.SpeechEngineProvider;

/** Makes the engine called {@code vosk}. */
public final class VoskProvider implements SpeechEngineProvider {
    /** Name of the engine in settings, events and metrics. */
    static final String NAME = "vosk";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public SpeechEngineFactory configure(Settings settings) {
        VoskSettings read = VoskSettings.read(settings);
        return (tasks, registry) -> new VoskEngine(read, tasks, registry);
    }
}
