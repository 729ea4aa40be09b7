package io.aicc.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import io.aicc.testing.LogLines;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
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
    void aPartThatDoesNotStopIsCancelledAndNamedAndKeepsNoneUp() {
        LogLines lines = LogLines.of(Program.class).open();
        List<String> stopped = new CopyOnWriteArrayList<>();
        Program program = new Program("test");
        program.add("first", () -> stopped.add("first"));
        program.add(
                "stuck",
                () -> {
                    try {
                        new CountDownLatch(1).await();
                    } finally {
                        stopped.add("cancelled");
                    }
                },
                Duration.ofMillis(50));

        program.close();

        lines.close();
        assertThat(stopped).containsExactly("cancelled", "first");
        assertThat(lines.list())
                .filteredOn(line -> line.getLevel() == Level.WARN)
                .singleElement()
                .satisfies(
                        line -> assertThat(line.getKeyValuePairs()).asString().contains("stuck"));
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
