package io.aicc.bench.calls;

import io.aicc.bench.ProcessFigures;
import io.aicc.bench.Trend;
import java.io.IOException;
import java.time.Duration;
import java.util.DoubleSummaryStatistics;
import java.util.function.LongSupplier;

/** Looks at the memory of the operator and of all workers, which are this process's children, while calls go on. */
final class MemoryWatch implements AutoCloseable {
    static final String OPERATOR = "operator, resident";
    static final String WORKER = "a worker, mean of all (PSS)";

    private final LongSupplier operator;
    private final Trend trend = new Trend("Memory while calls come and go", "minute", "MB");
    private final Thread thread;

    /** Starts to look, so often. */
    MemoryWatch(LongSupplier operator, Duration step) {
        this.operator = operator;
        this.thread = Thread.ofVirtual().name("memory-watch").start(() -> watch(step));
    }

    Trend trend() {
        return trend;
    }

    @Override
    public void close() throws InterruptedException {
        thread.interrupt();
        thread.join();
    }

    private void watch(Duration step) {
        long start = System.nanoTime();
        try {
            while (true) {
                look((System.nanoTime() - start) / 60e9);
                Thread.sleep(step);
            }
        } catch (InterruptedException over) {
            Thread.currentThread().interrupt();
        }
    }

    private void look(double minute) {
        long ours = operator.getAsLong();
        DoubleSummaryStatistics workers = new DoubleSummaryStatistics();
        ProcessHandle.current()
                .children()
                .mapToLong(ProcessHandle::pid)
                .filter(pid -> pid != ours)
                .forEach(pid -> {
                    try {
                        workers.accept(ProcessFigures.pssKib(pid) / 1024.0);
                    } catch (IOException gone) {
                        // It ended between being listed and being looked at.
                    }
                });
        try {
            trend.add(OPERATOR, minute, ProcessFigures.rssKib(ours) / 1024.0);
        } catch (IOException gone) {
            // It is being started again: there is nothing to see.
        }
        if (workers.getCount() > 0) {
            trend.add(WORKER, minute, workers.getAverage());
        }
    }
}
