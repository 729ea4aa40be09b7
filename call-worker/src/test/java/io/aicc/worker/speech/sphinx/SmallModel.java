package io.aicc.worker.speech.sphinx;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A real, very small model for tests: a dozen words, any of which may follow any other. Loads in a few milliseconds. */
public final class SmallModel {
    static final Set<String> WORDS = Set.of(
            "thank", "you", "for", "your", "patience", "please", "hold", "the", "line", "number", "call", "goodbye");

    private SmallModel() {}

    /** For a program: settings that choose it. */
    public static Map<String, String> environment(Path directory) throws IOException {
        SphinxSettings small = settings(directory);
        return Map.of(
                "AICC_STT_ENGINE",
                "sphinx",
                SphinxSettings.LANGUAGE_MODEL,
                small.languageModel().toString(),
                SphinxSettings.DICTIONARY,
                small.dictionary().toString());
    }

    static SphinxSettings settings(Path directory) throws IOException {
        Path model = Files.write(directory.resolve("small.lm"), arpa());
        Path dictionary = Files.write(directory.resolve("small.dict"), pronunciations());
        return new SphinxSettings(SphinxSettings.DEBIAN_MODEL_DIR.resolve("en-us"), model, dictionary, "a dozen words");
    }

    private static List<String> arpa() {
        List<String> lines = new ArrayList<>(List.of("\\data\\", "ngram 1=" + (WORDS.size() + 2), "", "\\1-grams:"));
        lines.add("-99 <s> 0");
        lines.add("-1 </s> 0");
        WORDS.forEach(word -> lines.add("-1.1 " + word + " 0"));
        lines.addAll(List.of("", "\\end\\"));
        return lines;
    }

    private static List<String> pronunciations() throws IOException {
        return Files.readAllLines(SphinxSettings.DEBIAN_MODEL_DIR.resolve("cmudict-en-us.dict")).stream()
                .filter(line -> WORDS.contains(SphinxStream.spelling(line.substring(0, line.indexOf(' ')))))
                .toList();
    }
}
