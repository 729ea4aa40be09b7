package io.aicc.demo.report;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntSupplier;

/**
 * Notes when port pairs can be leased again, from outside: by a counter of those that calls gave back, which begins anew with the
 * operator. Thread-safe.
 */
public final class PortWatch implements AutoCloseable {
    /** How exact the times are. Asking costs the operator some milliseconds of CPU, which the calls share with it. */
    private static final Duration STEP = Duration.ofMillis(100);

    private final IntSupplier freed;
    private final InstantSource clock;
    private final List<Instant> times = new ArrayList<>();
    private final Thread watcher;

    /**
     * Starts to watch.
     *
     * @param freed asks the system how many pairs of calls became free so far; below zero when it does not know
     */
    public PortWatch(IntSupplier freed, InstantSource clock) {
        this.freed = freed;
        this.clock = clock;
        this.watcher = Thread.ofVirtual().name("port-watch").start(this::watch);
    }

    /**
     * Waits until a pair became free for each hang-up; pairs are alike, so the first after it that no earlier one has.
     *
     * @param hangUps in any order
     * @return in the same order, time from hang-up in milliseconds; −1 for those whose pair did not come back in time
     */
    public synchronized List<Long> await(List<Instant> hangUps, Duration limit) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (delays(hangUps).contains(-1L) && System.nanoTime() < deadline) {
            wait(STEP.toMillis());
        }
        return delays(hangUps);
    }

    @Override
    public void close() {
        watcher.interrupt();
    }

    private List<Long> delays(List<Instant> hangUps) {
        List<Instant> left = new ArrayList<>(times);
        Map<Instant, Long> delays = new HashMap<>();
        hangUps.stream().sorted().forEach(hangUp -> left.stream()
                .filter(time -> !time.isBefore(hangUp))
                .findFirst()
                .ifPresent(time -> {
                    left.remove(time);
                    delays.put(hangUp, Duration.between(hangUp, time).toMillis());
                }));
        return hangUps.stream().map(hangUp -> delays.getOrDefault(hangUp, -1L)).toList();
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
