package io.aicc.worker.speech;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.aicc.runtime.Settings;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SpeechEnginesTest {
    @Test
    void theEmbeddedEngineIsTheDefault() throws Exception {
        try (SpeechEngine engine =
                Settings.load(Map.of(), SpeechEngines::choose).create()) {
            assertThat(engine.name()).isEqualTo("sphinx");
            assertThat(engine.model()).isEqualTo("en-us general");
        }
    }

    @Test
    void unknownNameListsTheOnesThereAre() {
        assertThatThrownBy(() -> Settings.load(Map.of("AICC_STT_ENGINE", "sphinks"), SpeechEngines::choose))
                .hasMessage("AICC_STT_ENGINE: must be one of sphinx, got 'sphinks'");
    }
}
