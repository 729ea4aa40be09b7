package io.aicc.demo.script;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class TrigramsTest {
    private static final List<String> VOCABULARY = List.of("press", "one", "two", "pound");

    @Test
    void writesArpa() {
        assertThat(new Trigrams(List.of(List.of("press", "one"))).arpa())
                .containsExactly(
                        "\\data\\",
                        "ngram 1=4",
                        "ngram 2=3",
                        "ngram 3=2",
                        "",
                        "\\1-grams:",
                        "-0.4771 </s> 0.0000",
                        // After a start half a count is left, and two of three words were never seen there.
                        "-99.0000 <s> -0.1249",
                        "-0.4771 one -0.1249",
                        "-0.4771 press -0.1249",
                        "",
                        "\\2-grams:",
                        "-0.3010 <s> press 0.0000",
                        "-0.3010 one </s> 0.0000",
                        "-0.3010 press one 0.0000",
                        "",
                        "\\3-grams:",
                        "-0.3010 <s> press one",
                        "-0.3010 press one </s>",
                        "",
                        "\\end\\");
    }

    @Property(tries = 200)
    void probabilitiesAddUpToOneAfterEveryHistory(
            @ForAll @Size(min = 1, max = 6) List<@Size(min = 1, max = 6) List<@IntRange(max = 3) Integer>> picks) {
        List<List<String>> sentences = picks.stream()
                .map(sentence -> sentence.stream().map(VOCABULARY::get).toList())
                .toList();
        Trigrams trigrams = new Trigrams(sentences);
        List<String> words = new ArrayList<>(trigrams.words());
        words.add("</s>");

        for (List<String> sentence : sentences) {
            for (List<String> history : List.of(
                    List.<String>of(),
                    List.of("<s>"),
                    List.of(sentence.getFirst()),
                    List.of("<s>", sentence.getFirst()))) {
                double sum = 0;
                for (String word : words) {
                    List<String> ngram = new ArrayList<>(history);
                    ngram.add(word);
                    sum += trigrams.probability(ngram);
                }
                assertThat(sum).as("after %s in %s", history, sentences).isLessThanOrEqualTo(1 + 1e-9);
                if (sum < 1 - 1e-9) {
                    // Every word was seen after this history: the half counts have nowhere to go.
                    assertThat(sum).isCloseTo(1, within(0.5));
                }
            }
        }
    }
}
