package io.aicc.demo.script;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * How words are pronounced, in the phones of the CMU dictionary. A word that the dictionary lacks is put together from two
 * that it has ({@code un mute}), or spelled letter by letter ({@code p b x}).
 */
final class Pronunciations {
    /** The letter is not pronounced like the article. */
    private static final String LETTER_A = "EY";

    private final Map<String, List<String>> phones;

    private Pronunciations(Map<String, List<String>> phones) {
        this.phones = phones;
    }

    /** Reads lines of {@code word PH ON ES}, further pronunciations marked {@code word(2)}. */
    static Pronunciations read(Path dictionary) throws IOException {
        Map<String, List<String>> phones = new HashMap<>();
        try (BufferedReader lines = Files.newBufferedReader(dictionary, StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                int space = line.indexOf(' ');
                if (space > 0) {
                    int mark = line.indexOf('(');
                    String word = line.substring(0, mark > 0 && mark < space ? mark : space);
                    phones.computeIfAbsent(word, w -> new ArrayList<>(1))
                            .add(line.substring(space + 1).strip());
                }
            }
        }
        return new Pronunciations(phones);
    }

    /** A dictionary of just these words, in the same form. */
    List<String> dictionary(Collection<String> words) {
        List<String> lines = new ArrayList<>();
        for (String word : new TreeSet<>(words)) {
            List<String> ways = of(word);
            for (int i = 0; i < ways.size(); i++) {
                lines.add((i == 0 ? word : word + "(" + (i + 1) + ")") + " " + ways.get(i));
            }
        }
        return lines;
    }

    /** Every known way to say the word; never empty for a word of English letters. */
    List<String> of(String word) {
        List<String> known = phones.get(word);
        if (known != null) {
            return known;
        }
        for (int cut = word.length() - 2; cut >= 2; cut--) {
            List<String> head = phones.get(word.substring(0, cut));
            List<String> tail = phones.get(word.substring(cut));
            if (head != null && tail != null) {
                return head.stream()
                        .flatMap(h -> tail.stream().map(t -> h + " " + t))
                        .toList();
            }
        }
        String spelled = word.codePoints()
                .mapToObj(Character::toString)
                .map(letter -> letter.equals("a")
                        ? LETTER_A
                        : phones.getOrDefault(letter, List.of("")).getFirst())
                .filter(letter -> !letter.isEmpty())
                .collect(Collectors.joining(" "));
        return spelled.isEmpty() ? List.of() : List.of(spelled);
    }
}
