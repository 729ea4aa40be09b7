package io.aicc.demo.script;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PronunciationsTest {
    @TempDir
    Path directory;

    private Pronunciations pronunciations;

    @BeforeEach
    void readADictionary() throws IOException {
        pronunciations = Pronunciations.read(Files.write(
                directory.resolve("small.dict"),
                List.of(
                        "a AH",
                        "b B IY",
                        "mute M Y UW T",
                        "p P IY",
                        "the DH AH",
                        "the(2) DH IY",
                        "un AH N",
                        "x EH K S")));
    }

    @Test
    void keepsEveryPronunciationOfItsWordsAndNothingElse() {
        assertThat(pronunciations.dictionary(List.of("the", "mute", "the")))
                .containsExactly("mute M Y UW T", "the DH AH", "the(2) DH IY");
    }

    @Test
    void aWordMadeOfTwoSoundsLikeBoth() {
        assertThat(pronunciations.of("unmute")).containsExactly("AH N M Y UW T");
    }

    @Test
    void anAbbreviationIsSpelledAndItsAIsNoArticle() {
        assertThat(pronunciations.of("pbx")).containsExactly("P IY B IY EH K S");
        assertThat(pronunciations.of("xa")).containsExactly("EH K S EY");
    }

    @Test
    void aWordThatNobodyCanSayIsLeftOut() {
        assertThat(pronunciations.dictionary(List.of("\uc548\ub155"))).isEmpty();
    }
}
