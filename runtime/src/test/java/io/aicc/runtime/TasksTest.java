package io.aicc.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

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
    void aFailedTaskIsNeverForgotten() {
        Tasks tasks = new Tasks(Duration.ZERO);
        tasks.start("reader", () -> {
            throw new IllegalStateException("boom");
        });

        await().untilAsserted(() -> assertThat(tasks.health().up()).isFalse());
        assertThat(tasks.health().detail()).contains("reader").contains("boom");
    }
}
