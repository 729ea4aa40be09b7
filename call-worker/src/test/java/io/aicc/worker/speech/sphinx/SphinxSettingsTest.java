package io.aicc.worker.speech.sphinx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.aicc.runtime.Settings;
import io.aicc.runtime.SettingsException;
import io.aicc.worker.speech.SpeechException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SphinxSettingsTest {
    @TempDir
    Path empty;

    @Test
    void withoutSettingsTheGeneralModelIsUsed() throws Exception {
        SphinxSettings settings = settings(Map.of());

        assertThat(settings.languageModel()).hasFileName("en-us.lm.bin");
        assertThat(settings.modelName()).isEqualTo("en-us general");
    }

    @Test
    void aModelOfItsOwnIsCalledByItsFileUnlessNamed() throws Exception {
        String other =
                SphinxSettings.DEBIAN_MODEL_DIR.resolve("en-us-phone.lm.bin").toString();

        assertThat(settings(Map.of("AICC_SPHINX_LM", other)).modelName()).isEqualTo("en-us-phone.lm.bin");
        assertThat(settings(Map.of("AICC_SPHINX_LM", other, "AICC_SPHINX_MODEL_NAME", "phones only"))
                        .modelName())
                .isEqualTo("phones only");
    }

    @Test
    void aMissingFileIsNamedWithItsSetting() {
        for (String key : List.of("AICC_SPHINX_MODEL_DIR", "AICC_SPHINX_LM", "AICC_SPHINX_DICT")) {
            String missing = empty.resolve("missing").toString();
            assertThatThrownBy(() -> settings(Map.of(key, missing)).requireFiles())
                    .isInstanceOf(SpeechException.class)
                    .hasMessageContaining(missing)
                    .hasMessageEndingWith("set " + key);
        }
    }

    @Test
    void aPathThatIsNoneIsRefused() {
        assertThatThrownBy(() -> settings(Map.of("AICC_SPHINX_LM", "a\0b")))
                .isInstanceOf(SettingsException.class)
                .hasMessageStartingWith("AICC_SPHINX_LM: ");
    }

    @Test
    void aMissingLibraryNamesItsPackages() {
        assertThatThrownBy(() -> SphinxLibrary.load(List.of("libnowhere.so.3")))
                .isInstanceOf(SpeechException.class)
                .hasMessage("libnowhere.so.3 is not on this machine: "
                        + "apt-get install libpocketsphinx3 pocketsphinx-en-us");
    }

    @Test
    void aLibraryThatLacksTheFunctionsIsRefused() {
        assertThatThrownBy(() -> SphinxLibrary.load(List.of("libc.so.6")))
                .isInstanceOf(SpeechException.class)
                .hasMessageContaining("another version");
    }

    private static SphinxSettings settings(Map<String, String> environment) throws SettingsException {
        return Settings.load(environment, SphinxSettings::read);
    }
}
