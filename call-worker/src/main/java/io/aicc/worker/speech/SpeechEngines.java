package io.aicc.worker.speech;

import io.aicc.runtime.Settings;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeMap;

/** The engines of this program, by name. */
public final class SpeechEngines {
    private static final String DEFAULT = "sphinx";

    private SpeechEngines() {}

    /** Reads which engine is wanted, and the settings of each there is. */
    public static SpeechEngineFactory choose(Settings settings) {
        Map<String, SpeechEngineFactory> factories = new TreeMap<>();
        for (SpeechEngineProvider provider : providers()) {
            factories.put(provider.name(), provider.configure(settings));
        }
        String names = String.join(" | ", factories.keySet());
        return settings.parsed(
                "AICC_STT_ENGINE",
                names,
                DEFAULT,
                "Engine that turns speech into text",
                name -> {
                    SpeechEngineFactory chosen = factories.get(name);
                    if (chosen == null) {
                        throw new IllegalArgumentException("must be one of " + names);
                    }
                    return chosen;
                },
                () -> {
                    throw new SpeechException("no speech engine was chosen");
                });
    }

    private static List<SpeechEngineProvider> providers() {
        return ServiceLoader.load(SpeechEngineProvider.class, SpeechEngines.class.getClassLoader()).stream()
                .map(ServiceLoader.Provider::get)
                .toList();
    }
}
