package io.aicc.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProgramTest {
    @Test
    void stopsItsPartsLastFirstEvenWhenOneFails() {
        List<String> stopped = new ArrayList<>();
        Program program = new Program("test");
        program.add("first", () -> stopped.add("first"));
        program.add("second", () -> {
            stopped.add("second");
            throw new IllegalStateException("stuck");
        });
        program.add("third", () -> stopped.add("third"));

        program.close();
        program.close();

        assertThat(stopped).containsExactly("third", "second", "first");
    }

    @Test
    void wrongSettingsEndTheProgramWithAStatusOfTheirOwn() throws Exception {
        int status = Program.run(
                "test",
                (environment, program) -> Settings.load(
                        java.util.Map.of("AICC_TYPO", "1"), settings -> settings.flag("AICC_REAL", true, "Whether")));

        assertThat(status).isEqualTo(Program.BAD_SETTINGS);
    }
}
