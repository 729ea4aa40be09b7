package io.aicc.demo.script;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Which word follows which two, learned from sentences. Absolute discounting: every n-gram seen gives away half a count, and
 * what its history so saved is spread over the words never seen after it, by the next shorter history (back-off).
 *
 * @see <a href="https://cmusphinx.github.io/wiki/arpaformat/">the ARPA format</a>
 */
final class Trigrams {
    private static final int ORDER = 3;
    private static final double DISCOUNT = 0.5;
    private static final String START = "<s>";
    private static final String END = "</s>";

    /** Stands for "never" in ARPA files: a sentence's start is not predicted. */
    private static final double NEVER = -99;

    /** For every length: how often each n-gram was seen, in the order in which it is written. */
    private final List<Map<List<String>, Integer>> counts = new ArrayList<>();
    /** What was seen after a history: how often, and how many different words. */
    private final Map<List<String>, Followers> followers = new HashMap<>();

    Trigrams(Collection<List<String>> sentences) {
        for (int n = 0; n < ORDER; n++) {
            counts.add(new TreeMap<>((a, b) -> String.join(" ", a).compareTo(String.join(" ", b))));
        }
        for (List<String> sentence : sentences) {
            List<String> marked = new ArrayList<>(sentence);
            marked.addFirst(START);
            marked.addLast(END);
            count(marked);
        }
    }

    /** The words that were learned, without the marks of a sentence. */
    Collection<String> words() {
        TreeSet<String> words = new TreeSet<>();
        counts.getFirst().keySet().forEach(unigram -> words.add(unigram.getFirst()));
        words.remove(START);
        words.remove(END);
        return words;
    }

    /** The lines of an ARPA file: logarithms to base 10 of probability and of back-off weight. */
    List<String> arpa() {
        List<String> lines = new ArrayList<>();
        lines.add("\\data\\");
        for (int n = 1; n <= ORDER; n++) {
            lines.add("ngram %d=%d".formatted(n, counts.get(n - 1).size()));
        }
        for (int n = 1; n <= ORDER; n++) {
            lines.add("");
            lines.add("\\%d-grams:".formatted(n));
            for (List<String> ngram : counts.get(n - 1).keySet()) {
                lines.add(line(ngram));
            }
        }
        lines.add("");
        lines.add("\\end\\");
        return lines;
    }

    /** Probability of the last word after those before it; the words must have been learned. */
    double probability(List<String> ngram) {
        List<String> history = ngram.subList(0, ngram.size() - 1);
        int count = counts.get(ngram.size() - 1).getOrDefault(ngram, 0);
        Followers after = followers.get(history);
        if (history.isEmpty()) {
            return after == null ? 0 : (double) count / after.total;
        }
        if (after != null && count > 0) {
            return (count - DISCOUNT) / after.total;
        }
        return backOff(history) * probability(ngram.subList(1, ngram.size()));
    }

    /** What a history leaves for words never seen after it, by what the shorter history says of those words. */
    private double backOff(List<String> history) {
        Followers after = followers.get(history);
        if (after == null) {
            return 1;
        }
        double saved = DISCOUNT * after.different.size() / after.total;
        double unseen = 1;
        for (String word : after.different) {
            unseen -= probability(append(history.subList(1, history.size()), word));
        }
        return unseen < 1e-9 ? 1 : saved / unseen;
    }

    private void count(List<String> words) {
        for (int n = 1; n <= ORDER; n++) {
            for (int from = 0; from + n <= words.size(); from++) {
                List<String> ngram = List.copyOf(words.subList(from, from + n));
                counts.get(n - 1).merge(ngram, 1, Integer::sum);
                if (n > 1 || !ngram.getFirst().equals(START)) {
                    followers
                            .computeIfAbsent(ngram.subList(0, n - 1), h -> new Followers())
                            .add(ngram.getLast());
                }
            }
        }
    }

    private String line(List<String> ngram) {
        double probability = ngram.equals(List.of(START)) ? NEVER : Math.log10(probability(ngram));
        String line = String.format(Locale.ROOT, "%.4f %s", probability, String.join(" ", ngram));
        return ngram.size() == ORDER ? line : line + String.format(Locale.ROOT, " %.4f", Math.log10(backOff(ngram)));
    }

    private static List<String> append(List<String> history, String word) {
        List<String> ngram = new ArrayList<>(history);
        ngram.add(word);
        return ngram;
    }

    private static final class Followers {
        private final TreeSet<String> different = new TreeSet<>();
        private int total;

        void add(String word) {
            different.add(word);
            total++;
        }
    }
}
