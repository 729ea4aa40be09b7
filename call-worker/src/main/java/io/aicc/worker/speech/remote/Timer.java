package io.aicc.worker.speech.remote;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs short steps later. */
@FunctionalInterface
public interface Timer {
    void after(Duration delay, Runnable step);

    /** On a thread of its own. */
    static Threaded threaded() {
        return new Threaded();
    }

    /** Steps that are due after it was closed do not run. */
    final class Threaded implements Timer, AutoCloseable {
        private static final Logger log = LoggerFactory.getLogger(Timer.class);

        private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().daemon().name("speech-timer").factory());

        private Threaded() {}

        @Override
        public void after(Duration delay, Runnable step) {
            try {
                var unused = thread.schedule(() -> run(step), delay.toNanos(), TimeUnit.NANOSECONDS);
            } catch (RejectedExecutionException _) {
                // The engine was closed: nobody waits for this step any more.
            }
        }

        /** A step that fails would be forgotten otherwise. */
        private static void run(Runnable step) {
            try {
                step.run();
            } catch (RuntimeException e) {
                log.atError().setCause(e).log("step of a speech engine failed, a defect of this program");
            }
        }

        @Override
        public void close() {
            thread.shutdownNow();
        }
    }
}
