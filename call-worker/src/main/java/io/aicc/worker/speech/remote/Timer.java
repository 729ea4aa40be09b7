package io.aicc.worker.speech.remote;

import io.aicc.runtime.Tasks;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs short steps later. */
@FunctionalInterface
public interface Timer {
    void after(Duration delay, Runnable step);

    /** On a thread of its own, which those tasks supervise. */
    static Threaded threaded(Tasks tasks) {
        return new Threaded(tasks);
    }

    /** Steps that are due after it was closed do not run. */
    final class Threaded implements Timer, AutoCloseable {
        private static final Logger log = LoggerFactory.getLogger(Timer.class);
        private static final String NAME = "speech-timer";
        private static final Duration CLOSE_LIMIT = Duration.ofSeconds(1);

        private final Tasks tasks;
        private final ScheduledThreadPoolExecutor thread = new ScheduledThreadPoolExecutor(
                1, Thread.ofPlatform().daemon().name(NAME).factory());

        private Threaded(Tasks tasks) {
            this.tasks = tasks;
            thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        }

        @Override
        public void after(Duration delay, Runnable step) {
            try {
                var unused = thread.schedule(() -> tasks.step(NAME, step), delay.toNanos(), TimeUnit.NANOSECONDS);
            } catch (RejectedExecutionException _) {
                // The engine was closed: nobody waits for this step any more.
            }
        }

        /** Waits a moment for the step that runs. */
        @Override
        public void close() {
            thread.shutdown();
            try {
                if (!thread.awaitTermination(CLOSE_LIMIT.toNanos(), TimeUnit.NANOSECONDS)) {
                    log.atWarn().addKeyValue("task", NAME).log("task cancelled: it did not end by itself");
                }
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
            thread.shutdownNow();
        }
    }
}
