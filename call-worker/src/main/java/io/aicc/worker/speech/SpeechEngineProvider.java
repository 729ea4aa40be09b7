package io.aicc.worker.speech;

/**
 * Makes one kind of engine. Implementations are named in {@code META-INF/services} and are small: they touch the engine's
 * classes only in {@link #create}, so that an engine that was not chosen costs nothing.
 */
public interface SpeechEngineProvider {
    /** Name in settings, {@code sphinx} for example. */
    String name();

    /**
     * Makes the engine; cheap next to opening its streams.
     *
     * @throws SpeechException when a setting or something on this machine is missing or wrong; the message says what to do
     */
    SpeechEngine create(EngineSettings settings) throws SpeechException;
}
