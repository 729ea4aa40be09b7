package io.aicc.worker.speech;

import io.aicc.runtime.Settings;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeMap;

/** The engines of this program, by name. */
public final class SpeechEngines {
    private static final String DEFAULT = "sphinx";

    private SpeechEngines() {}

    /** When an engine is given the audio. */
    private enum Mode {
        STREAMING,
        BATCH
    }

    /** Reads which engine is wanted and how, and declares the settings of each there is; only the chosen one's count. */
    public static SpeechEngineFactory choose(Settings settings) {
        Map<String, SpeechEngineProvider> providers = providers();
        String names = String.join(" | ", providers.keySet());
        String chosen = settings.parsed(
                "AICC_STT_ENGINE",
                names,
                DEFAULT,
                "Engine that turns speech into text; docs/speech.md helps to choose",
                name -> {
                    if (!providers.containsKey(name)) {
                        throw new IllegalArgumentException("must be one of " + names);
                    }
                    return name;
                },
                DEFAULT);
        Mode mode = settings.choice(
                "STT_MODE",
                Mode.class,
                Mode.STREAMING,
                "streaming: words while they are spoken; batch: each turn as a whole, after it has ended");
        SpeechEngineFactory factory = (tasks, registry) -> {
            throw new SpeechException("no speech engine was chosen");
        };
        for (SpeechEngineProvider provider : providers.values()) {
            boolean wanted = provider.name().equals(chosen);
            SpeechEngineFactory configured =
                    provider.configure(settings.only("AICC_STT_ENGINE=" + provider.name(), wanted));
            factory = wanted ? configured : factory;
        }
        SpeechEngineFactory streaming = factory;
        return switch (mode) {
            case STREAMING -> streaming;
            case BATCH -> (tasks, registry) -> new BatchEngine(streaming.create(tasks, registry), tasks);
        };
    }

    private static Map<String, SpeechEngineProvider> providers() {
        Map<String, SpeechEngineProvider> providers = new TreeMap<>();
        ServiceLoader.load(SpeechEngineProvider.class, SpeechEngines.class.getClassLoader())
                .forEach(provider -> providers.put(provider.name(), provider));
        return providers;
    }
}
