package io.aicc.worker.speech;

import io.aicc.runtime.Tasks;
import io.micrometer.core.instrument.MeterRegistry;

/** Makes an engine whose settings have been read. */
@FunctionalInterface
public interface SpeechEngineFactory {
    /**
     * Makes the engine; cheap next to opening its streams.
     *
     * @param tasks supervise what runs beside the audio
     * @param registry takes what the engine counts
     * @throws SpeechException when something on this machine is missing or wrong; the message says what to do
     */
    SpeechEngine create(Tasks tasks, MeterRegistry registry) throws SpeechException;
}
