package io.aicc.worker.speech;

import io.micrometer.core.instrument.MeterRegistry;

/** Makes an engine whose settings have been read. */
@FunctionalInterface
public interface SpeechEngineFactory {
    /**
     * Makes the engine; cheap next to opening its streams.
     *
     * @param registry takes what the engine counts
     * @throws SpeechException when something on this machine is missing or wrong; the message says what to do
     */
    SpeechEngine create(MeterRegistry registry) throws SpeechException;
}
