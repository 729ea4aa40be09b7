package io.aicc.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.aicc.runtime.Settings;
import io.aicc.runtime.SettingsException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OperatorSettingsTest {
    private static final Map<String, String> LEAST =
            Map.of("AICC_NAMESPACE", "calls", "AICC_CONTROL_KEY_FILE", "/etc/aicc/control/key.pem");

    @Test
    void namespaceAndKeyAreEnough() throws SettingsException {
        OperatorSettings settings = Settings.load(LEAST, OperatorSettings::from);
        assertThat(settings.namespace()).isEqualTo("calls");
        assertThat(settings.election().enabled()).isTrue();
        assertThat(settings.election().duration()).isEqualTo(Duration.ofSeconds(10));
    }

    @Test
    void namesEverythingThatIsMissing() {
        assertThatExceptionOfType(SettingsException.class)
                .isThrownBy(() -> Settings.load(Map.of(), OperatorSettings::from))
                .satisfies(e -> assertThat(e.problems())
                        .hasSize(2)
                        .anyMatch(problem -> problem.startsWith("AICC_NAMESPACE: required"))
                        .anyMatch(problem -> problem.startsWith("AICC_CONTROL_KEY_FILE: required")));
    }

    @Test
    void refusesALeaseThatEndsBeforeItCanBeRenewed() {
        Map<String, String> environment = new HashMap<>(LEAST);
        environment.put("AICC_LEASE_SECONDS", "5");
        assertThatExceptionOfType(SettingsException.class)
                .isThrownBy(() -> Settings.load(environment, OperatorSettings::from))
                .withMessageContaining("AICC_LEASE_SECONDS")
                .withMessageContaining("longer than its renewal (8 s)");
    }
}
