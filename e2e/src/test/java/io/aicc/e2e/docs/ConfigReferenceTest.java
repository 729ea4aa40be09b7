package io.aicc.e2e.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.aicc.operator.Operator;
import io.aicc.operator.ari.AriController;
import io.aicc.runtime.Settings.Declared;
import io.aicc.worker.CallWorker;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code docs/config.md} lists what the programs read, and nothing else. */
class ConfigReferenceTest {
    private static final List<String> HEAD = List.of("Key", "Kind", "Unit", "Default", "Meaning");

    @Test
    void theReferenceListsWhatTheProgramsRead() throws IOException {
        new Page()
                .heading(1, "Settings")
                .paragraph("""
                        Programs are told by environment variables. One that finds a required variable missing, a value that makes no
                        sense or an `AICC_` key that it does not know (the call worker: an `STT_` or `LEGACY_` key too) prints all of that, one
                        problem a line, and exits with status 2. An empty value counts as not set.
                        """)
                .heading(2, "Operator")
                .table(HEAD, rows(Operator.settings()))
                .heading(2, "ARI controller")
                .paragraph("""
                        One Deployment per PBX. It connects to the PBX only while it leads.
                        """)
                .table(HEAD, rows(AriController.settings()))
                .heading(2, "Call worker")
                .paragraph("""
                        In a cluster the operator sets what a worker's pod needs; `spec.worker.settings` of the WorkerPool adds to it.
                        """)
                .table(HEAD, rows(CallWorker.settings()))
                .check("config.md");
    }

    @Test
    void everySettingIsExplained() {
        assertThat(Operator.settings()).isNotEmpty().allSatisfy(ConfigReferenceTest::isExplained);
        assertThat(AriController.settings()).isNotEmpty().allSatisfy(ConfigReferenceTest::isExplained);
        assertThat(CallWorker.settings()).isNotEmpty().allSatisfy(ConfigReferenceTest::isExplained);
    }

    private static void isExplained(Declared setting) {
        assertThat(setting.doc()).as(setting.key()).isNotBlank();
    }

    private static List<List<String>> rows(List<Declared> settings) {
        return settings.stream()
                .map(setting -> List.of(
                        Page.code(setting.key()), setting.kind(), setting.unit(), standard(setting), setting.doc()))
                .toList();
    }

    private static String standard(Declared setting) {
        return switch (setting.defaultValue()) {
            case null ->
                setting.condition().isEmpty() ? "**required**" : "**required** with " + Page.code(setting.condition());
            case "" -> "(empty)";
            case "(none)" -> "(none)";
            case String value -> Page.code(value);
        };
    }
}
