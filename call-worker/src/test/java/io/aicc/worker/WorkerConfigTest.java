package io.aicc.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.aicc.runtime.Settings;
import io.aicc.worker.publish.Destination;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WorkerConfigTest {
    @TempDir
    private Path directory;

    @BeforeEach
    void key() throws Exception {
        Files.writeString(directory.resolve("key"), "k".repeat(32));
    }

    @Test
    void anOutputThatSaysNothingOfPermissionsMaySendTranscripts() throws Exception {
        assertThat(outputs("")).extracting(Destination::permissions).containsExactly(List.of("send_transcripts"));
    }

    @Test
    void anOutputHasThePermissionsThatItNames() throws Exception {
        assertThat(outputs(", \"permissions\": [\"send_transcripts\", \"desk:7\"]"))
                .extracting(Destination::permissions)
                .containsExactly(List.of("send_transcripts", "desk:7"));
    }

    @Test
    void whatIsNoPermissionIsToldWithTheSettingsName() {
        assertThatThrownBy(() -> outputs(", \"permissions\": [\"two words\"]"))
                .hasMessageContaining("AICC_OUTPUTS")
                .hasMessageContaining("permissions of destination r");
        assertThatThrownBy(() -> outputs(", \"permissions\": [null]")).hasMessageContaining("AICC_OUTPUTS");
    }

    @Test
    void anOutputWithoutANameIsNone() {
        assertThatThrownBy(() -> outputs(", \"name\": null"))
                .hasMessageContaining("AICC_OUTPUTS")
                .hasMessageContaining("name, url, clientId and keyFile are required");
    }

    @ParameterizedTest
    @CsvSource({"63, true", "64, false"})
    void aNameMayBeAsLongAsThePoolLetsItBe(int length, boolean taken) {
        ThrowingCallable read = () -> outputs(", \"name\": \"%s\"".formatted("n".repeat(length)));

        if (taken) {
            assertThatCode(read).doesNotThrowAnyException();
        } else {
            assertThatThrownBy(read).hasMessageContaining("AICC_OUTPUTS").hasMessageContaining("at most 63 characters");
        }
    }

    private List<Destination> outputs(String permissions) throws Exception {
        String json = "[{\"name\": \"r\", \"url\": \"ws://desk/in\", \"clientId\": \"worker\", \"keyFile\": \"%s\"%s}]"
                .formatted(directory.resolve("key"), permissions);
        Map<String, String> environment = Map.of(
                "LEGACY_FIXED_PORTS", "true",
                "AICC_STT_ENGINE", "vosk",
                "AICC_VOSK_URL", "ws://vosk:2700",
                "AICC_VOSK_LANGUAGE", "en-US",
                "AICC_OUTPUTS", json);
        return Settings.load(environment, WorkerConfig::read).outputs().destinations();
    }
}
