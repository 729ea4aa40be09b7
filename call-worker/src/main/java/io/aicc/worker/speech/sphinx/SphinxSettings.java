package io.aicc.worker.speech.sphinx;

import io.aicc.worker.speech.EngineSettings;
import io.aicc.worker.speech.SpeechException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/**
 * What pocketsphinx recognises with. Every file is known to be there: native code is not asked to find out.
 *
 * @param acousticModel directory of the sounds of English
 * @param languageModel which words follow which, ARPA text or sphinxbase's binary form
 * @param dictionary how words are pronounced
 * @param modelName what receivers are told; it must not promise more than the language model holds
 */
record SphinxSettings(Path acousticModel, Path languageModel, Path dictionary, String modelName) {
    static final String MODEL_DIR = "AICC_SPHINX_MODEL_DIR";
    static final String LANGUAGE_MODEL = "AICC_SPHINX_LM";
    static final String DICTIONARY = "AICC_SPHINX_DICT";
    static final String MODEL_NAME = "AICC_SPHINX_MODEL_NAME";

    /** Where Debian's package puts the general model. */
    static final Path DEBIAN_MODEL_DIR = Path.of("/usr/share/pocketsphinx/model/en-us");

    private static final String GENERAL_MODEL_NAME = "en-us general";

    SphinxSettings {
        languageModel = languageModel.toAbsolutePath();
        dictionary = dictionary.toAbsolutePath();
        acousticModel = acousticModel.toAbsolutePath();
    }

    /** Reads the settings; what is not set is the general model of Debian's package. */
    static SphinxSettings from(EngineSettings settings) throws SpeechException {
        Path models = path(MODEL_DIR, settings.get(MODEL_DIR, DEBIAN_MODEL_DIR.toString()));
        String general = models.resolve("en-us.lm.bin").toString();
        Path languageModel = path(LANGUAGE_MODEL, settings.get(LANGUAGE_MODEL, general));
        Path dictionary = path(
                DICTIONARY,
                settings.get(DICTIONARY, models.resolve("cmudict-en-us.dict").toString()));
        String named = languageModel.toString().equals(general)
                ? GENERAL_MODEL_NAME
                : languageModel.getFileName().toString();
        Path acousticModel = models.resolve("en-us");
        for (String part :
                new String[] {"feat.params", "mdef", "means", "variances", "transition_matrices", "sendump"}) {
            requireFile(MODEL_DIR, acousticModel.resolve(part));
        }
        requireFile(LANGUAGE_MODEL, languageModel);
        requireFile(DICTIONARY, dictionary);
        return new SphinxSettings(acousticModel, languageModel, dictionary, settings.get(MODEL_NAME, named));
    }

    private static Path path(String key, String value) throws SpeechException {
        try {
            return Path.of(value);
        } catch (InvalidPathException e) {
            throw new SpeechException("%s: not a path, got '%s'".formatted(key, value), e);
        }
    }

    private static void requireFile(String key, Path file) throws SpeechException {
        if (Files.isRegularFile(file) && Files.isReadable(file)) {
            return;
        }
        String advice = file.startsWith(DEBIAN_MODEL_DIR) ? SphinxLibrary.HOW_TO_INSTALL : "set " + key;
        throw new SpeechException("pocketsphinx model file is not readable: %s; %s".formatted(file, advice));
    }
}
