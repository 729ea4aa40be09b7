package io.aicc.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class TasksTest {
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
    void closingCancelsATaskThatDoesNotEnd() {
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
    }

    @Test
    void aFailedTaskIsCountedAndLoggedWithItsCallAndNeverForgotten() {
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        lines.start();
        ((Logger) LoggerFactory.getLogger(Tasks.class)).addAppender(lines);
        Tasks tasks = new Tasks(Duration.ZERO);
        tasks.serve("demo-1");
        tasks.start("reader", () -> {
            throw new IllegalStateException("boom");
        });

        await().untilAsserted(() -> assertThat(tasks.health().up()).isFalse());
        assertThat(tasks.health().detail()).contains("reader").contains("boom");
        assertThat(tasks.failures()).isEqualTo(1);
        await().untilAsserted(() -> assertThat(lines.list).singleElement().satisfies(line -> assertThat(
                        line.getKeyValuePairs())
                .extracting(pair -> pair.key + "=" + pair.value)
                .containsExactly("task=reader", "session=demo-1")));
    }
}
