package io.aicc.demo.script;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * A language model that knows nothing but given phrases, with the dictionary of their words: what makes an offline recogniser
 * good enough for a demonstration, and useless for anything else. It has to be called what it is wherever its results are
 * shown: {@link #NAME}.
 */
public final class PhraseModel {
    /** What receivers and readers are told. */
    public static final String NAME = "demo phrase model";

    /** Where Debian puts the pronunciations of English. */
    private static final Path DICTIONARY = Path.of("/usr/share/pocketsphinx/model/en-us/cmudict-en-us.dict");

    private final Trigrams trigrams;
    private final List<String> dictionary;

    private PhraseModel(Trigrams trigrams, List<String> dictionary) {
        this.trigrams = trigrams;
        this.dictionary = dictionary;
    }

    /**
     * Learns the phrases of the texts, sentence by sentence and, as speakers do not always pause between sentences, as a whole.
     *
     * @throws ScriptException when the dictionary of English is not installed; the message says how to get it
     */
    public static PhraseModel of(Collection<String> texts) throws ScriptException {
        try {
            return of(texts, Pronunciations.read(DICTIONARY));
        } catch (IOException e) {
            throw new ScriptException(
                    "the pronunciations of English are not on this machine (%s): apt-get install pocketsphinx-en-us"
                            .formatted(DICTIONARY),
                    e);
        }
    }

    static PhraseModel of(Collection<String> texts, Pronunciations pronunciations) {
        List<List<String>> phrases = new ArrayList<>();
        for (String text : texts) {
            List<List<String>> sentences = SpokenWords.sentences(text);
            phrases.addAll(sentences);
            if (sentences.size() > 1) {
                phrases.add(SpokenWords.of(text));
            }
        }
        Trigrams trigrams = new Trigrams(phrases);
        return new PhraseModel(trigrams, pronunciations.dictionary(trigrams.words()));
    }

    /** Writes {@code phrases.lm} and {@code phrases.dict} into a directory. */
    public Written write(Path directory) throws IOException {
        Written files = new Written(directory.resolve("phrases.lm"), directory.resolve("phrases.dict"));
        Files.write(files.languageModel(), trigrams.arpa());
        Files.write(files.dictionary(), dictionary);
        return files;
    }

    /** Where the model was written. */
    public record Written(Path languageModel, Path dictionary) {
        /** The settings that make the worker's engine {@code sphinx} use it. */
        public Map<String, String> settings() {
            return Map.of(
                    "AICC_SPHINX_LM", languageModel.toString(),
                    "AICC_SPHINX_DICT", dictionary.toString(),
                    "AICC_SPHINX_MODEL_NAME", NAME);
        }
    }
}
