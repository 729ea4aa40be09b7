package io.aicc.bench.engine;

import io.aicc.runtime.Settings;
import io.aicc.worker.speech.SpeechEngineFactory;
import io.aicc.worker.speech.SpeechEngineProvider;

/** Offers {@link WitnessStream} to workers that a benchmark starts. */
public final class WitnessProvider implements SpeechEngineProvider {
    /** What {@code AICC_STT_ENGINE} is set to. */
    public static final String NAME = "witness";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public SpeechEngineFactory configure(Settings settings) {
        return (tasks, registry) -> new DeafEngine(NAME, WitnessStream::new);
    }
}
