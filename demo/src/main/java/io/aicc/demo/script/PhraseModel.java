package io.aicc.demo.script;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * A language model that knows nothing but given phrases, with the dictionary of their words: what makes an offline recogniser
 * good enough for a demonstration, and useless for anything else. It has to be called what it is wherever its results are
 * shown: {@link #NAME}.
 */
public final class PhraseModel {
    /** What receivers and readers are told. */
    public static final String NAME = "demo phrase model";

    private final Trigrams trigrams;
    private final List<String> dictionary;

    private PhraseModel(Trigrams trigrams, List<String> dictionary) {
        this.trigrams = trigrams;
        this.dictionary = dictionary;
    }

    /**
     * Learns the phrases of the texts, sentence by sentence and, as speakers do not always pause between sentences, as a whole.
     *
     * @param dictionary pronunciations of English, for example {@code cmudict-en-us.dict}
     */
    public static PhraseModel of(Collection<String> texts, Path dictionary) throws IOException {
        List<List<String>> phrases = new ArrayList<>();
        for (String text : texts) {
            List<List<String>> sentences = SpokenWords.sentences(text);
            phrases.addAll(sentences);
            if (sentences.size() > 1) {
                phrases.add(SpokenWords.of(text));
            }
        }
        Trigrams trigrams = new Trigrams(phrases);
        return new PhraseModel(trigrams, Pronunciations.read(dictionary).dictionary(trigrams.words()));
    }

    /** Writes {@code phrases.lm} and {@code phrases.dict} into a directory. */
    public Written write(Path directory) throws IOException {
        Written files = new Written(directory.resolve("phrases.lm"), directory.resolve("phrases.dict"));
        Files.write(files.languageModel(), trigrams.arpa());
        Files.write(files.dictionary(), dictionary);
        return files;
    }

    /** Where the model was written. */
    public record Written(Path languageModel, Path dictionary) {}
}
