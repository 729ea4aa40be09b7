package io.aicc.worker.speech;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.aicc.runtime.Settings;
import io.aicc.runtime.SettingsException;
import io.aicc.runtime.Tasks;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SpeechEnginesTest {
    @Test
    void theEmbeddedEngineIsTheDefault() throws Exception {
        try (SpeechEngine engine = Settings.load(Map.of(), SpeechEngines::choose)
                .create(new Tasks(Duration.ZERO), new SimpleMeterRegistry())) {
            assertThat(engine.name()).isEqualTo("sphinx");
            assertThat(engine.model()).isEqualTo("en-us general");
        }
    }

    @Test
    void unknownNameListsTheOnesThereAre() {
        assertThatThrownBy(() -> Settings.load(Map.of("AICC_STT_ENGINE", "sphinks"), SpeechEngines::choose))
                .hasMessage("AICC_STT_ENGINE: must be one of google | sphinx | vosk, got 'sphinks'");
    }

    @Test
    void settingsOfAnEngineThatWasNotChosenAreKnownAndNotLookedAt() throws Exception {
        assertThat(Settings.load(Map.of("AICC_GOOGLE_LOCATION", "No Such Place"), SpeechEngines::choose))
                .isNotNull();
    }

    @Test
    void everyProblemOfTheChosenEngineIsToldAtOnce() {
        SettingsException e = catchThrowableOfType(
                SettingsException.class,
                () -> Settings.load(
                        Map.of(
                                "AICC_STT_ENGINE", "google",
                                "AICC_GOOGLE_LOCATION", "No Such Place",
                                "AICC_GOOGLE_ENDPOINT", "nowhere",
                                "AICC_GOOGLE_LANGUAGES", "ko-KR,ja-JP,zh-CN,en-GB",
                                "AICC_GOOGLE_CREDENTIALS_FILE", "/no/such/file"),
                        SpeechEngines::choose));

        assertThat(e.problems())
                .containsExactly(
                        "AICC_GOOGLE_PROJECT: required with AICC_STT_ENGINE=google, not set (Google Cloud project that is billed)",
                        "AICC_GOOGLE_LOCATION: must match [a-z0-9-]{2,40}, got 'No Such Place'",
                        "AICC_GOOGLE_LANGUAGES: must be at most 3, are 4, got 'ko-KR,ja-JP,zh-CN,en-GB'",
                        "AICC_GOOGLE_ENDPOINT: must be host:port, got 'nowhere'",
                        "AICC_GOOGLE_CREDENTIALS_FILE: must be a file that can be read, got '/no/such/file'");
    }

    @Test
    void anyEngineMayBeGivenWholeTurns() throws Exception {
        try (SpeechEngine engine = Settings.load(Map.of("STT_MODE", "batch"), SpeechEngines::choose)
                .create(new Tasks(Duration.ZERO), new SimpleMeterRegistry())) {
            assertThat(engine).isInstanceOf(BatchEngine.class);
            assertThat(engine.name()).isEqualTo("sphinx");
        }
    }
}
