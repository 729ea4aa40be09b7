package io.aicc.worker.speech;

import java.util.List;
import java.util.ServiceLoader;

/** The engines of this program, by name. */
public final class SpeechEngines {
    private SpeechEngines() {}

    /**
     * Makes the engine of that name.
     *
     * @throws SpeechException when there is none, or it cannot be made here; the message says what to do
     */
    public static SpeechEngine create(String name, EngineSettings settings) throws SpeechException {
        List<SpeechEngineProvider> providers = providers();
        for (SpeechEngineProvider provider : providers) {
            if (provider.name().equals(name)) {
                return provider.create(settings);
            }
        }
        throw new SpeechException("no speech engine is called '%s', these are there: %s"
                .formatted(
                        name,
                        String.join(
                                ", ",
                                providers.stream()
                                        .map(SpeechEngineProvider::name)
                                        .sorted()
                                        .toList())));
    }

    private static List<SpeechEngineProvider> providers() {
        return ServiceLoader.load(SpeechEngineProvider.class, SpeechEngines.class.getClassLoader()).stream()
                .map(ServiceLoader.Provider::get)
                .toList();
    }
}
