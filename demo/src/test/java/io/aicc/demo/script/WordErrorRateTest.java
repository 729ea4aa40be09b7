package io.aicc.demo.script;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.Chars;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

class WordErrorRateTest {
    @Test
    void wordsThatWereLostAndWordsThatWereDoubledAreCountedApart() {
        WordErrorRate lost = WordErrorRate.of("please hold the line", "hold line");
        WordErrorRate doubled = WordErrorRate.of("please hold the line", "please hold hold the line line");
        WordErrorRate inserted = WordErrorRate.of("please hold the line", "please do hold a line");

        assertThat(lost).isEqualTo(new WordErrorRate(2, 4, 2, 0));
        assertThat(doubled).isEqualTo(new WordErrorRate(2, 4, 0, 2));
        assertThat(inserted).isEqualTo(new WordErrorRate(2, 4, 0, 0));
    }

    @Test
    void theWayOfWritingDoesNotCount() {
        assertThat(WordErrorRate.of("Press 1 now!", "press one now")).isEqualTo(new WordErrorRate(0, 3, 0, 0));
    }

    @Test
    void countsSubstitutedInsertedAndDeletedWords() {
        assertThat(WordErrorRate.of("please hold the line", "please fold the line")
                        .errors())
                .isEqualTo(1);
        assertThat(WordErrorRate.of("please hold the line", "please hold on the line")
                        .errors())
                .isEqualTo(1);
        assertThat(WordErrorRate.of("please hold the line", "hold line").errors())
                .isEqualTo(2);
        assertThat(WordErrorRate.of("please hold the line", "").rate()).isEqualTo(1);
    }

    @Test
    void wordsHeardInSilenceCountFully() {
        assertThat(WordErrorRate.of("", "hello there").rate()).isEqualTo(2);
        assertThat(WordErrorRate.of("", "").rate()).isZero();
    }

    @Test
    void addsUpOverTexts() {
        WordErrorRate both = WordErrorRate.of("a b c", "a b").plus(WordErrorRate.of("d", "e"));

        assertThat(both.rate()).isEqualTo(0.5);
    }

    @Property
    void isADistance(@ForAll @Words String said, @ForAll @Words String heard, @ForAll @Words String between) {
        int direct = WordErrorRate.of(said, heard).errors();

        assertThat(direct).isEqualTo(WordErrorRate.of(heard, said).errors());
        assertThat(direct == 0).isEqualTo(SpokenWords.of(said).equals(SpokenWords.of(heard)));
        assertThat(direct)
                .isLessThanOrEqualTo(WordErrorRate.of(said, between).errors()
                        + WordErrorRate.of(between, heard).errors());
    }

    @CharRange(from = 'a', to = 'c')
    @Chars(' ')
    @StringLength(max = 12)
    @Retention(RetentionPolicy.RUNTIME)
    private @interface Words {}
}
