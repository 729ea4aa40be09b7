package io.aicc.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import io.aicc.testing.LogLines;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class TasksTest {
    @RegisterExtension
    final LogLines lines = LogLines.of(Tasks.class);

    @Test
    void closingWaitsForATaskThatIsAboutToEnd() throws Exception {
        AtomicBoolean finished = new AtomicBoolean();
        CountDownLatch mayEnd = new CountDownLatch(1);
        Tasks tasks = new Tasks(Duration.ofSeconds(10));
        tasks.start("slow", () -> {
            mayEnd.await();
            finished.set(true);
        });

        Thread closer = Thread.ofVirtual().start(tasks::close);
        mayEnd.countDown();
        closer.join();

        assertThat(finished).isTrue();
    }

    @Test
    void closingCancelsATaskThatDoesNotEndAndNamesIt() {
        AtomicBoolean cancelled = new AtomicBoolean();
        Tasks tasks = new Tasks(Duration.ofMillis(50));
        Thread thread = tasks.start("stuck", () -> {
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                cancelled.set(true);
                throw e;
            }
        });

        tasks.close();

        assertThat(cancelled).isTrue();
        assertThat(thread.isAlive()).isFalse();
        assertThat(lines.list()).singleElement().satisfies(line -> {
            assertThat(line.getLevel()).isEqualTo(Level.WARN);
            assertThat(told(line)).containsExactly("task=stuck");
        });
    }

    @Test
    void aFailedTaskIsCountedAndLoggedAndNeverForgotten() {
        Tasks tasks = new Tasks(Duration.ZERO);
        tasks.start("reader", () -> {
            throw new IllegalStateException("boom");
        });

        await().untilAsserted(() -> assertThat(tasks.health().up()).isFalse());
        assertThat(tasks.health().detail()).contains("reader").contains("boom");
        assertThat(tasks.failures()).isEqualTo(1);
        await().untilAsserted(() -> assertThat(lines.list()).singleElement().satisfies(line -> assertThat(told(line))
                .containsExactly("task=reader")));
    }

    @Test
    void aFailedStepIsCountedAndLoggedAndThereAreOthers() {
        Tasks tasks = new Tasks(Duration.ZERO);

        tasks.step("loop", () -> {
            throw new AssertionError("boom");
        });

        assertThat(tasks.failures()).isEqualTo(1);
        assertThat(tasks.health().up()).as("the loop goes on").isTrue();
        assertThat(lines.list()).singleElement().satisfies(line -> assertThat(told(line))
                .containsExactly("task=loop"));
    }

    private static List<String> told(ILoggingEvent line) {
        return line.getKeyValuePairs().stream()
                .map(pair -> pair.key + "=" + pair.value)
                .toList();
    }
}
