package io.aicc.bench.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class WitnessTest {
    @Test
    void readsWhatItWroteAndTellsSpeakersApart() {
        Witness heard = new Witness();
        heard.packetOf(17);
        heard.packetOf(17);
        heard.packetOf(18);
        heard.packetOf(PayloadMark.NONE);

        Witness read = new Witness();
        read.add(heard.toString());
        read.add("17:40");

        assertThat(read.of(17)).isEqualTo(42);
        assertThat(read.ofOthers(17)).as("silence is nobody's").isEqualTo(1);
        assertThat(read.ofOthers(18)).isEqualTo(42);
    }

    @Test
    void takesNoWordsForPackets() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Witness().add("please hold"))
                .withMessageContaining("expected SPEAKER:PACKETS, got 'please'");
    }
}
