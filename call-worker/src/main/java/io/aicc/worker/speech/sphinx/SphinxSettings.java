package io.aicc.worker.speech.sphinx;

import io.aicc.runtime.Settings;
import io.aicc.worker.speech.SpeechException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What pocketsphinx recognises with. Native code is not asked to find out whether a file is there: {@link #requireFiles} is.
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
    static SphinxSettings read(Settings settings) {
        Path models = settings.path(
                MODEL_DIR,
                DEBIAN_MODEL_DIR.toString(),
                "Directory of pocketsphinx's English models; acoustics in en-us/");
        Path general = models.resolve("en-us.lm.bin");
        Path languageModel =
                pathOr(general, LANGUAGE_MODEL, "Language model, ARPA or binary; empty: the general one", settings);
        Path dictionary = pathOr(
                models.resolve("cmudict-en-us.dict"), DICTIONARY, "Dictionary; empty: the general one", settings);
        String given = settings.optionalText(MODEL_NAME, "What receivers are told of the model; none: its file's name");
        String named = languageModel.equals(general)
                ? GENERAL_MODEL_NAME
                : languageModel.getFileName().toString();
        return new SphinxSettings(models.resolve("en-us"), languageModel, dictionary, given == null ? named : given);
    }

    private static Path pathOr(Path unset, String key, String doc, Settings settings) {
        return settings.parsed(key, "path", "", doc, value -> value.isEmpty() ? unset : Path.of(value), unset);
    }

    /**
     * Looks for every file.
     *
     * @throws SpeechException when one is not there; the message says how to get it
     */
    SphinxSettings requireFiles() throws SpeechException {
        for (String part :
                new String[] {"feat.params", "mdef", "means", "variances", "transition_matrices", "sendump"}) {
            requireFile(MODEL_DIR, acousticModel.resolve(part));
        }
        requireFile(LANGUAGE_MODEL, languageModel);
        requireFile(DICTIONARY, dictionary);
        return this;
    }

    private static void requireFile(String key, Path file) throws SpeechException {
        if (Files.isRegularFile(file) && Files.isReadable(file)) {
            return;
        }
        String advice = file.startsWith(DEBIAN_MODEL_DIR) ? SphinxLibrary.HOW_TO_INSTALL : "set " + key;
        throw new SpeechException("pocketsphinx model file is not readable: %s; %s".formatted(file, advice));
    }
}
