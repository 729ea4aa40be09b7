package io.aicc.worker.speech;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class SpeechEnginesTest {
    @Test
    void makesTheEngineOfThatName() throws SpeechException {
        try (SpeechEngine engine = SpeechEngines.create("sphinx", key -> null)) {
            assertThat(engine.name()).isEqualTo("sphinx");
            assertThat(engine.model()).isEqualTo("en-us general");
        }
    }

    @Test
    void unknownNameListsTheOnesThereAre() {
        assertThatThrownBy(() -> SpeechEngines.create("sphinks", key -> null))
                .isInstanceOf(SpeechException.class)
                .hasMessage("no speech engine is called 'sphinks', these are there: sphinx");
    }

    @Test
    void aBlankSettingIsNotSet() {
        EngineSettings settings = key -> key.equals("SET") ? "value" : " ";

        assertThat(settings.get("SET", "unset")).isEqualTo("value");
        assertThat(settings.get("BLANK", "unset")).isEqualTo("unset");
    }
}
