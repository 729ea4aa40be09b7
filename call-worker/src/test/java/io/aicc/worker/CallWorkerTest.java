package io.aicc.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.aicc.runtime.Program;
import io.aicc.runtime.SettingsException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CallWorkerTest {
    @TempDir
    private Path directory;

    /** As where a Secret is missing, or its key has another name. */
    @Test
    void endsAtOnceWithoutAReceiversKeyAndSaysWhose() {
        Path key = directory.resolve("jwt-key");
        Map<String, String> environment = Map.of(
                "LEGACY_FIXED_PORTS",
                "true",
                "AICC_OUTPUTS",
                "[{\"name\": \"crm\", \"url\": \"ws://crm/in\", \"clientId\": \"worker\", \"keyFile\": \"%s\"}]"
                        .formatted(key));
        try (Program program = new Program("call-worker")) {
            SettingsException wrong =
                    catchThrowableOfType(SettingsException.class, () -> CallWorker.build(environment, program));

            assertThat(wrong.problems()).anySatisfy(problem -> assertThat(problem)
                    .startsWith("AICC_OUTPUTS: key of destination crm cannot be read: " + key));
        }
    }
}
