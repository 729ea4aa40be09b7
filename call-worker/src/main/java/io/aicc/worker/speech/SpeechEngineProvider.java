package io.aicc.worker.speech;

import io.aicc.runtime.Settings;

/**
 * Offers one kind of engine. Implementations are named in {@code META-INF/services} and are small: they touch the engine's
 * classes only in the factory they return, so that an engine that was not chosen costs nothing.
 */
public interface SpeechEngineProvider {
    /** Name in settings, {@code sphinx} for example. */
    String name();

    /** Reads, and so declares, the engine's settings. Those of an engine that was not chosen are empty. */
    SpeechEngineFactory configure(Settings settings);
}
