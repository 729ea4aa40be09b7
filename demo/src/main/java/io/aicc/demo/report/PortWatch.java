package io.aicc.demo.report;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntSupplier;

/**
 * Measures how long after each hang-up its port pair can be leased again, from outside: by the number of pairs that became
 * free. Pairs are alike, so the first that comes back is counted for the call that hung up first. Thread-safe.
 */
public final class PortWatch implements AutoCloseable {
    private static final Duration STEP = Duration.ofMillis(20);

    private final IntSupplier freed;
    private final Map<String, Long> hungUpNanos = new LinkedHashMap<>();
    private final Map<String, Long> freeMs = new LinkedHashMap<>();
    private final Thread watcher;
    private int freedBefore = -1;

    /**
     * Starts to watch.
     *
     * @param freed asks the system how many pairs became free so far; below zero when it does not know
     */
    public PortWatch(IntSupplier freed) {
        this.freed = freed;
        this.watcher = Thread.ofVirtual().name("port-watch").start(this::watch);
    }

    /** A call hung up just now. */
    public synchronized void hungUp(String callId) {
        if (freedBefore < 0) {
            freedBefore = freed.getAsInt();
        }
        hungUpNanos.put(callId, System.nanoTime());
    }

    /** Waits until every pair is back; time from hang-up for each call, −1 for those whose pair did not come back. */
    public Map<String, Long> await(Duration limit) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        synchronized (this) {
            while (freeMs.size() < hungUpNanos.size() && System.nanoTime() < deadline) {
                wait(STEP.toMillis());
            }
            Map<String, Long> result = new LinkedHashMap<>();
            hungUpNanos.keySet().forEach(call -> result.put(call, freeMs.getOrDefault(call, -1L)));
            return result;
        }
    }

    @Override
    public void close() {
        watcher.interrupt();
    }

    private void watch() {
        try {
            while (true) {
                Thread.sleep(STEP);
                int now = freed.getAsInt();
                if (now >= 0) {
                    record(now);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void record(int now) {
        if (freedBefore < 0) {
            return;
        }
        List<String> waiting = new ArrayList<>(hungUpNanos.keySet());
        for (int i = freeMs.size(); i < Math.min(now - freedBefore, waiting.size()); i++) {
            String call = waiting.get(i);
            freeMs.put(call, (System.nanoTime() - hungUpNanos.getOrDefault(call, 0L)) / 1_000_000);
        }
        notifyAll();
    }
}
