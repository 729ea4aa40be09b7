package io.aicc.operator.ari;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.aicc.runtime.Settings;
import io.aicc.runtime.SettingsException;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AriSettingsTest {
    private static final Map<String, String> LEAST = Map.of(
            "ARI_URL", "https://pbx.example:8089/proxy/",
            "ARI_USERNAME", "aicc",
            "ARI_PASSWORD", "a secret",
            "AICC_NAMESPACE", "calls");

    @Test
    void urlUserPasswordAndNamespaceAreEnough() throws SettingsException {
        AriSettings settings = Settings.load(LEAST, AriSettings::from);
        assertThat(settings.policy().host()).isEqualTo("pbx.example");
        assertThat(settings.pbx().toString()).doesNotContain("a secret");
    }

    @Test
    void aMissingPasswordIsOneClearLine() {
        Map<String, String> environment = new HashMap<>(LEAST);
        environment.remove("ARI_PASSWORD");
        assertThatExceptionOfType(SettingsException.class)
                .isThrownBy(() -> Settings.load(environment, AriSettings::from))
                .satisfies(e -> assertThat(e.problems())
                        .singleElement()
                        .asString()
                        .startsWith("ARI_PASSWORD: required, not set"));
    }

    @Test
    void aUrlMayNotCarryCredentials() {
        Map<String, String> environment = new HashMap<>(LEAST);
        environment.put("ARI_URL", "http://aicc:secret@pbx:8088");
        assertThatExceptionOfType(SettingsException.class)
                .isThrownBy(() -> Settings.load(environment, AriSettings::from))
                .withMessageContaining("ARI_URL: must be http://host:port or https://host:port, without credentials")
                .withMessageNotContaining("secret");
    }

    @Test
    void refusesALanguageThatIsNone() {
        Map<String, String> environment = new HashMap<>(LEAST);
        environment.put("AICC_ARI_LANGUAGE", "Korean (South)");
        assertThatExceptionOfType(SettingsException.class)
                .isThrownBy(() -> Settings.load(environment, AriSettings::from))
                .withMessageContaining("AICC_ARI_LANGUAGE");
    }
}
