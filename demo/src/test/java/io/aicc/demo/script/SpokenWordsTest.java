package io.aicc.demo.script;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class SpokenWordsTest {
    @Test
    void writesDigitsAndSignsAsTheyAreSpoken() {
        assertThat(SpokenWords.of("Press 1, then #; dial 28 or *86."))
                .containsExactly(
                        "press", "one", "then", "pound", "dial", "twenty", "eight", "or", "star", "eighty", "six");
        assertThat(SpokenWords.of("90 19 0 07 500"))
                .containsExactly("ninety", "nineteen", "zero", "zero", "seven", "five", "zero", "zero");
    }

    @Test
    void keepsApostrophesWithinWordsAndDropsOtherPunctuation() {
        assertThat(SpokenWords.of("\"I\u2019m\" re-entered o'clock ... don't!"))
                .containsExactly("i'm", "re", "entered", "o'clock", "don't");
    }

    @Test
    void cutsAtTheEndsOfSentences() {
        assertThat(SpokenWords.sentences("Goodbye. Thank you for visiting www.asterisk.org today!\n...\nHello"))
                .containsExactly(
                        List.of("goodbye"),
                        List.of("thank", "you", "for", "visiting", "www", "asterisk", "org", "today"),
                        List.of("hello"));
    }

    @Property
    void whateverTheTextTheWordsAreTheirOwnNormalForm(@ForAll String text) {
        List<String> words = SpokenWords.of(text);

        assertThat(SpokenWords.of(String.join(" ", words))).isEqualTo(words);
    }
}
