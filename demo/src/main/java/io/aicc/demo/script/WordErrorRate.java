package io.aicc.demo.script;

import java.util.List;

/**
 * How much of what was said was heard wrongly: the fewest words to substitute, insert or delete that turn one text into the
 * other, by the words of the reference.
 *
 * @param errors words substituted, inserted and deleted
 * @param words of the reference
 * @param lost of the errors, words of the reference that were not heard at all
 * @param doubled of the errors, words that were heard once more than they were said
 */
public record WordErrorRate(int errors, int words, int lost, int doubled) {
    /** Compares the texts word by word, as spoken: case, punctuation and the way of writing numbers do not count. */
    public static WordErrorRate of(String reference, String heard) {
        List<String> said = SpokenWords.of(reference);
        Alignment alignment = Alignment.of(said, SpokenWords.of(heard));
        return new WordErrorRate(alignment.errors(), said.size(), alignment.lost(), alignment.doubled());
    }

    /** 0 is perfect; above 1 when more was heard than said. Without any word to hear, every word heard counts fully. */
    public double rate() {
        return words == 0 ? errors : (double) errors / words;
    }

    /** Both together, as if it had been one longer text. */
    public WordErrorRate plus(WordErrorRate other) {
        return new WordErrorRate(
                errors + other.errors, words + other.words, lost + other.lost, doubled + other.doubled);
    }
}
