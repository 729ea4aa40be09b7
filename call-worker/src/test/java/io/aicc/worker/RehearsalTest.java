package io.aicc.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

class RehearsalTest {
    @TempDir
    private Path directory;

    @Test
    void handsACallOverAndLeavesNothingBehind() {
        Logger logger = (Logger) LoggerFactory.getLogger(Rehearsal.class);
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        lines.start();
        logger.addAppender(lines);
        Set<Thread> threads = Thread.getAllStackTraces().keySet();

        Rehearsal.play(directory);

        logger.detachAppender(lines);
        assertThat(lines.list).extracting(ILoggingEvent::getMessage).containsExactly("hand-over rehearsed");
        assertThat(directory).isEmptyDirectory();
        await().untilAsserted(() -> assertThat(ours(threads)).isEmpty());
    }

    private static List<String> ours(Set<Thread> before) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> !before.contains(thread))
                .map(Thread::getName)
                .filter(name -> name.matches("(rtp-watch|control|publish|customer|agent|HTTP-Dispatcher).*"))
                .toList();
    }
}
