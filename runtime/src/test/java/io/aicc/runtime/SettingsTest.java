package io.aicc.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SettingsTest {
    enum Engine {
        SPHINX,
        GOOGLE
    }

    record Config(String url, Secret password, int workers, Duration grace, boolean strict, Engine engine) {
        static Config read(Settings settings) {
            return new Config(
                    settings.text("ARI_URL", null, "Where ARI answers"),
                    settings.secret("ARI_PASSWORD", "Password of the ARI user"),
                    settings.integer("AICC_WORKERS", 2, 1, 10, "workers", "How many"),
                    settings.seconds("AICC_GRACE_SECONDS", 5, 0, 60, "How long"),
                    settings.flag("AICC_STRICT", true, "Whether"),
                    settings.choice("AICC_ENGINE", Engine.class, Engine.SPHINX, "Which"));
        }
    }

    @Test
    void readsWhatIsGivenAndTakesDefaultsForTheRest() throws Exception {
        Config config = Settings.load(
                Map.of("ARI_URL", "http://pbx", "ARI_PASSWORD", "s3cret", "AICC_WORKERS", "7", "PATH", "/bin"),
                Config::read);

        assertThat(config.workers()).isEqualTo(7);
        assertThat(config.grace()).isEqualTo(Duration.ofSeconds(5));
        assertThat(config.engine()).isEqualTo(Engine.SPHINX);
        assertThat(config.password().reveal()).isEqualTo("s3cret");
    }

    @Test
    void aSecretHasNoLineFeedAndIsNotShown() {
        SettingsException e = catchThrowableOfType(
                SettingsException.class,
                () -> Settings.load(Map.of("ARI_URL", "http://pbx", "ARI_PASSWORD", "s3cret\n"), Config::read));

        assertThat(e.problems())
                .containsExactly("ARI_PASSWORD: must have no line feed, not even at its end: printf writes none");
    }

    @Test
    void reportsEveryProblemAtOnce() {
        SettingsException e = catchThrowableOfType(
                SettingsException.class,
                () -> Settings.load(
                        Map.of(
                                "AICC_WORKERS", "eleven",
                                "AICC_STRICT", "yes\u0007",
                                "AICC_ENGINE", "dragon",
                                "AICC_WORKRES", "3"),
                        Config::read));

        assertThat(e.problems())
                .containsExactly(
                        "ARI_URL: required, not set (Where ARI answers)",
                        "ARI_PASSWORD: required, not set (Password of the ARI user)",
                        "AICC_WORKERS: must be a whole number from 1 to 10, got 'eleven'",
                        "AICC_STRICT: must be true or false, got 'yes?'",
                        "AICC_ENGINE: must be one of sphinx, google, got 'dragon'",
                        "AICC_WORKRES: unknown setting, the nearest is AICC_WORKERS; docs/config.md lists what there is");
    }

    @Test
    void aMistypedKeyIsUnknownWhateverItBeginsWith() {
        Map<String, String> environment =
                Map.of("STT_MDOE", "batch", "LEGACY_FIXED_PORT", "true", "LEGACY", "x", "PATH", "/bin", "AICC_X", "1");

        SettingsException e = catchThrowableOfType(
                SettingsException.class,
                () -> Settings.load(
                        environment,
                        settings -> List.of(
                                settings.text("STT_MODE", "streaming", "How"),
                                settings.flag("LEGACY_FIXED_PORTS", false, "Whether"))));

        assertThat(e.problems())
                .containsExactly(
                        "AICC_X: unknown setting; docs/config.md lists what there is",
                        "LEGACY_FIXED_PORT: unknown setting, the nearest is LEGACY_FIXED_PORTS; docs/config.md lists what there is",
                        "STT_MDOE: unknown setting, the nearest is STT_MODE; docs/config.md lists what there is");
    }

    @Test
    void whatBeginsLikeSettingsThatOnlyAnotherProgramReadsIsNotLookedAt() throws Exception {
        boolean strict = Settings.load(
                Map.of("STT_MODE", "batch", "LEGACY_HOST", "x"),
                settings -> settings.flag("AICC_STRICT", true, "Whether"));

        assertThat(strict).isTrue();
    }

    @Test
    void describesEachSettingFromTheCallThatReadsIt() {
        assertThat(Settings.describe(Config::read))
                .contains(new Settings.Declared("AICC_WORKERS", "integer 1 to 10", "workers", "2", "How many", ""))
                .hasSize(6);
    }

    @Test
    void whatAPartThatIsNotInUseWasGivenIsKnownAndNotLookedAt() throws Exception {
        Map<String, String> environment = Map.of("AICC_WORKERS", "eleven", "AICC_ENGINE", "dragon");

        Config config = Settings.load(environment, settings -> Config.read(settings.only("AICC_ENGINE=dragon", false)));

        assertThat(config.workers()).isEqualTo(2);
    }

    @Test
    void whatAPartRequiresItRequiresOnlyWhenItIsInUse() {
        assertThatThrownBy(() ->
                        Settings.load(Map.of(), settings -> Config.read(settings.only("AICC_ENGINE=dragon", true))))
                .hasMessageContaining("ARI_URL: required with AICC_ENGINE=dragon, not set (Where ARI answers)");
        for (boolean inUse : new boolean[] {true, false}) {
            assertThat(Settings.describe(settings -> Config.read(settings.only("AICC_ENGINE=dragon", inUse))))
                    .hasSize(6)
                    .extracting(Settings.Declared::condition)
                    .containsOnly("AICC_ENGINE=dragon");
        }
    }

    @Test
    void secretsDoNotShow() {
        assertThat(new Secret("s3cret")).hasToString("***");
    }
}
