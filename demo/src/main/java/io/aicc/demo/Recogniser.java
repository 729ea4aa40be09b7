package io.aicc.demo;

import io.aicc.demo.script.CleanFileRecogniser;
import io.aicc.demo.script.PhraseModel;
import io.aicc.demo.script.ScriptException;
import io.aicc.runtime.Settings;
import io.aicc.runtime.SettingsException;
import io.aicc.runtime.Tasks;
import io.aicc.worker.speech.SpeechEngine;
import io.aicc.worker.speech.SpeechEngines;
import io.aicc.worker.speech.SpeechException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * What the demo's workers recognise with, and the same engine in this process, to hear a recording without a telephone.
 *
 * @param workerSettings what a worker is told
 * @param knowsTheScript whether the model was made of what is going to be said
 */
record Recogniser(Map<String, String> workerSettings, String model, boolean knowsTheScript) {
    /** Knows the phrases of these texts and nothing else. */
    static Recogniser ofPhrases(Collection<String> texts, Path directory) throws ScriptException, IOException {
        PhraseModel.Written files = PhraseModel.of(texts).write(directory.toAbsolutePath());
        return new Recogniser(files.settings(), PhraseModel.NAME, true);
    }

    /** Knows general English. */
    static Recogniser general() {
        return new Recogniser(Map.of(), "en-us general", false);
    }

    /** What the engine makes of speakers' whole sides of a call, 8 kHz and linear; in the same order. */
    List<String> hear(List<short[]> tracks) throws IOException, InterruptedException {
        try (SpeechEngine engine = Settings.load(workerSettings, SpeechEngines::choose)
                .create(new Tasks(Duration.ZERO), new SimpleMeterRegistry())) {
            return CleanFileRecogniser.transcribe(engine, tracks, "en-US").stream()
                    .map(utterances -> String.join("\n", utterances))
                    .toList();
        } catch (SpeechException | SettingsException e) {
            throw new IOException(e.getMessage(), e);
        }
    }
}
