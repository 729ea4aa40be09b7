package io.aicc.worker.speech.sphinx;

import io.aicc.wire.event.Channel;
import io.aicc.worker.speech.SpeechEngine;
import io.aicc.worker.speech.SpeechException;
import io.aicc.worker.speech.SpeechListener;
import io.aicc.worker.speech.SpeechStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Recognises English in this process. One decoder per speaker, kept for the whole call, because its idea of the speaker's
 * cepstral mean gets better with every utterance.
 *
 * <p>Telephone speech differs from what the model was trained on mostly by that mean: started with the model's own value it
 * gets half of the words wrong, started with the telephone's a tenth.
 */
final class SphinxEngine implements SpeechEngine {
    /** Mean cepstrum of telephone prompts behind {@link io.aicc.worker.audio.Upsampler}. */
    private static final String TELEPHONE_MEAN =
            "47.10,32.40,-31.41,42.44,-20.00,-0.59,7.63,-22.19,23.65,-14.85,-2.10,5.35,-13.15";

    private final SphinxLibrary library;
    private final SphinxSettings settings;

    SphinxEngine(SphinxLibrary library, SphinxSettings settings) {
        this.library = library;
        this.settings = settings;
    }

    @Override
    public String name() {
        return SphinxProvider.NAME;
    }

    @Override
    public String model() {
        return settings.modelName();
    }

    @Override
    public SpeechStream open(Channel channel, String language, SpeechListener listener) throws SpeechException {
        if (!isEnglish(language)) {
            throw new SpeechException(
                    "engine sphinx recognises English only, got language '%s': choose another engine or en-US"
                            .formatted(language));
        }
        return new SphinxStream(newDecoder(), listener);
    }

    @Override
    public boolean sameModel(String language, String other) {
        return isEnglish(language) && isEnglish(other);
    }

    private static boolean isEnglish(String language) {
        return Locale.forLanguageTag(language).getLanguage().equals("en");
    }

    @Override
    public void close() {
        // Streams own their decoders, the library stays for the life of the process: nothing is left to free.
    }

    private SphinxDecoder newDecoder() throws SpeechException {
        Path featureParameters = null;
        try {
            featureParameters = Files.createTempFile("aicc-sphinx-", ".params");
            Files.write(featureParameters, telephoneParameters());
            return new SphinxDecoder(library, options(featureParameters));
        } catch (IOException e) {
            throw new SpeechException("cannot prepare the acoustic model's parameters: " + e, e);
        } finally {
            deleteQuietly(featureParameters);
        }
    }

    /** The model's own parameters win over options, so that the mean can only be changed in a copy of them. */
    private List<String> telephoneParameters() throws IOException {
        List<String> own = Files.readAllLines(settings.acousticModel().resolve("feat.params"));
        return own.stream()
                .map(line -> line.startsWith("-cmninit") ? "-cmninit " + TELEPHONE_MEAN : line)
                .toList();
    }

    private Map<String, String> options(Path featureParameters) {
        return Map.of(
                "-hmm",
                settings.acousticModel().toString(),
                "-featparams",
                featureParameters.toString(),
                "-lm",
                settings.languageModel().toString(),
                "-dict",
                settings.dictionary().toString(),
                // Speech was already found; leaving the rest in keeps the words' times true.
                "-remove_noise",
                "no",
                "-remove_silence",
                "no",
                // A third less CPU without a word lost: every other frame's densities, a bound on active models.
                "-ds",
                "2",
                "-maxhmmpf",
                "3000");
    }

    private static void deleteQuietly(@Nullable Path file) {
        try {
            if (file != null) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            // A few hundred bytes stay in the temporary directory; nothing depends on them.
        }
    }
}
