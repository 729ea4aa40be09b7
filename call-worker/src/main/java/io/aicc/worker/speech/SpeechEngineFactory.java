package io.aicc.worker.speech;

/** Makes an engine whose settings have been read. */
@FunctionalInterface
public interface SpeechEngineFactory {
    /**
     * Makes the engine; cheap next to opening its streams.
     *
     * @throws SpeechException when something on this machine is missing or wrong; the message says what to do
     */
    SpeechEngine create() throws SpeechException;
}
