package io.aicc.demo.report;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntSupplier;

/**
 * Notes when port pairs can be leased again, from outside: by a counter of those that became free, which begins anew with the
 * operator. Thread-safe.
 */
public final class PortWatch implements AutoCloseable {
    private static final Duration STEP = Duration.ofMillis(20);

    private final IntSupplier freed;
    private final InstantSource clock;
    private final List<Instant> times = new ArrayList<>();
    private final Thread watcher;

    /**
     * Starts to watch.
     *
     * @param freed asks the system how many pairs became free so far; below zero when it does not know
     */
    public PortWatch(IntSupplier freed, InstantSource clock) {
        this.freed = freed;
        this.clock = clock;
        this.watcher = Thread.ofVirtual().name("port-watch").start(this::watch);
    }

    /** Waits until so many pairs became free after a time; when they did, as far as they did within the limit. */
    public synchronized List<Instant> await(Instant since, int pairs, Duration limit) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (since(since).size() < pairs && System.nanoTime() < deadline) {
            wait(STEP.toMillis());
        }
        return since(since);
    }

    @Override
    public void close() {
        watcher.interrupt();
    }

    private List<Instant> since(Instant since) {
        return times.stream().filter(time -> time.isAfter(since)).toList();
    }

    private void watch() {
        int known = -1;
        try {
            while (true) {
                int now = freed.getAsInt();
                if (now >= 0) {
                    record(known < 0 ? 0 : now - known);
                    known = now;
                }
                Thread.sleep(STEP);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void record(int more) {
        for (int i = 0; i < more; i++) {
            times.add(clock.instant());
        }
        notifyAll();
    }
}
