package io.aicc.demo.script;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ForeignWordsTest {
    private final ForeignWords<String> foreign = new ForeignWords<>(Map.of(
            "ann", List.of("I'm sorry, I did not understand you.", "Please hold while I look."),
            "bob", List.of("The passwords you re-entered did not match.", "Please hold while I look.")));

    @Test
    void ownWordsAreNotForeign() {
        assertThat(foreign.count("ann", List.of("i'm sorry i did not understand you", "please hold while i look")))
                .isZero();
    }

    @Test
    void wordsOfAnotherAreCounted() {
        assertThat(foreign.count("ann", List.of("i'm sorry i did not understand you", "passwords you re entered")))
                .isEqualTo(4);
        assertThat(foreign.count("ann", List.of("the passwords you re entered did not match")))
                .isGreaterThanOrEqualTo(5);
    }

    @Test
    void whatSeveralSayTellsNothing() {
        assertThat(foreign.count("ann", List.of("please hold while i look", "please hold while i look")))
                .isZero();
    }

    @Test
    void mishearingOneWordBesideOwnOnesIsNotForeign() {
        assertThat(foreign.count("ann", List.of("i re entered did not understand you")))
                .isZero();
    }

    @Test
    void rowsDoNotSpanUtterances() {
        assertThat(foreign.count("ann", List.of("the passwords", "you re entered")))
                .isZero();
    }
}
