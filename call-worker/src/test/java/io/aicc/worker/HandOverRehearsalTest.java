package io.aicc.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.spi.ILoggingEvent;
import io.aicc.runtime.Health;
import io.aicc.testing.LogLines;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HandOverRehearsalTest {
    @TempDir
    private Path directory;

    @Test
    void handsACallOverAndLeavesNothingBehindNorAnyCallInTheLog() {
        LogLines lines = LogLines.of("io.aicc.worker").open();
        Set<Thread> threads = Thread.getAllStackTraces().keySet();

        HandOverRehearsal rehearsal = new HandOverRehearsal(directory, () -> false);
        assertThat(rehearsal.health()).isEqualTo(Health.State.up("to come"));
        rehearsal.play();
        assertThat(rehearsal.health()).isEqualTo(Health.State.up("over"));

        lines.close();
        assertThat(lines.list()).extracting(ILoggingEvent::getMessage).containsExactly("hand-over rehearsed");
        assertThat(directory).isEmptyDirectory();
        await().untilAsserted(() -> assertThat(ours(threads)).isEmpty());
    }

    @Test
    void stopsForARealCall() {
        List<Integer> asked = new ArrayList<>();

        new HandOverRehearsal(directory, () -> asked.add(1)).play();

        assertThat(asked).as("one request, the one that is asked after").hasSize(1);
    }

    private static List<String> ours(Set<Thread> before) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> !before.contains(thread))
                .map(Thread::getName)
                .filter(name -> name.matches("(rtp-watch|control|publish|customer|agent|HTTP-Dispatcher).*"))
                .toList();
    }
}
