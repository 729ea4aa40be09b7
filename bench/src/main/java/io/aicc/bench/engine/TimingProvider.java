package io.aicc.bench.engine;

import io.aicc.runtime.Settings;
import io.aicc.worker.speech.SpeechEngineFactory;
import io.aicc.worker.speech.SpeechEngineProvider;

/** Offers {@link TimingStream} to workers that a benchmark starts. */
public final class TimingProvider implements SpeechEngineProvider {
    /** What {@code AICC_STT_ENGINE} is set to. */
    public static final String NAME = "timing";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public SpeechEngineFactory configure(Settings settings) {
        return (tasks, registry) -> new DeafEngine(NAME, TimingStream::new);
    }
}
