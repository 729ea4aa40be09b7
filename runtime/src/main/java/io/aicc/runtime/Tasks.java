package io.aicc.runtime;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads of a program, by name. A task that throws is counted, logged, and turns {@link #health}: no exception is lost.
 * Closing waits for every task, then interrupts what is left, and names it. Thread-safe.
 */
public final class Tasks implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Tasks.class);

    private final Duration grace;
    private final Map<Thread, String> running = new ConcurrentHashMap<>();
    private final AtomicReference<@Nullable String> failure = new AtomicReference<>();
    private final AtomicLong failures = new AtomicLong();

    /**
     * Nothing runs yet.
     *
     * @param grace how long {@link #close} waits for tasks to end by themselves
     */
    public Tasks(Duration grace) {
        this.grace = grace;
    }

    /** What a task does; it may end, be interrupted, or fail. */
    @FunctionalInterface
    public interface Task {
        void run() throws Exception;
    }

    /** How many tasks and steps have failed. */
    public long failures() {
        return failures.get();
    }

    /** Runs a task on a thread that may wait as long as it likes. */
    public Thread start(String name, Task task) {
        return launch(Thread.ofVirtual(), name, task);
    }

    /** Runs a task that computes, on a thread of its own. */
    public Thread startComputing(String name, Task task) {
        return launch(Thread.ofPlatform().daemon(), name, task);
    }

    /**
     * Runs a step on the caller's thread, which goes on with others afterwards: that of an event loop or a pool. One that throws is
     * counted and logged; what it leaves undone its owner tells.
     */
    public void step(String name, Runnable step) {
        try {
            step.run();
        } catch (RuntimeException | Error e) {
            failures.incrementAndGet();
            log.atError().addKeyValue("task", name).setCause(e).log("step failed, a defect of this program");
        }
    }

    /** Down once a task has failed. */
    public Health.State health() {
        String failed = failure.get();
        return failed == null ? Health.State.up(running.size() + " running") : Health.State.down(failed);
    }

    @Override
    public void close() {
        long deadline = System.nanoTime() + grace.toNanos();
        running.keySet().forEach(thread -> join(thread, deadline - System.nanoTime()));
        running.forEach((thread, name) -> {
            log.atWarn().addKeyValue("task", name).log("task cancelled: it did not end by itself");
            thread.interrupt();
        });
        long last = System.nanoTime() + Duration.ofSeconds(1).toNanos();
        running.keySet().forEach(thread -> join(thread, last - System.nanoTime()));
        running.forEach((thread, name) ->
                log.atError().addKeyValue("task", name).log("task does not end, not even when cancelled"));
    }

    private Thread launch(Thread.Builder builder, String name, Task task) {
        Thread thread = builder.name(name).unstarted(() -> supervise(name, task));
        running.put(thread, name);
        thread.start();
        return thread;
    }

    private void supervise(String name, Task task) {
        try {
            task.run();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception | Error e) {
            failures.incrementAndGet();
            failure.compareAndSet(null, name + " failed: " + e);
            log.atError().addKeyValue("task", name).setCause(e).log("task failed");
        } finally {
            running.remove(Thread.currentThread());
        }
    }

    private static void join(Thread thread, long nanos) {
        try {
            if (nanos > 0) {
                thread.join(Duration.ofNanos(nanos));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
