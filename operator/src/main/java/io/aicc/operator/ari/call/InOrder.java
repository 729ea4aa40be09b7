package io.aicc.operator.ari.call;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs tasks one after the other on whatever thread is lent to it, and needs none while there is nothing to do. Once that
 * thread was interrupted no more are run: everything is about to end. Thread-safe.
 */
final class InOrder implements Executor {
    private static final Logger log = LoggerFactory.getLogger(InOrder.class);

    private final Executor threads;
    private final Queue<Runnable> waiting = new ArrayDeque<>();
    private boolean running;

    InOrder(Executor threads) {
        this.threads = threads;
    }

    @Override
    public synchronized void execute(Runnable task) {
        waiting.add(task);
        if (!running) {
            running = true;
            threads.execute(this::drain);
        }
    }

    private void drain() {
        for (Runnable task = next(); task != null && !Thread.currentThread().isInterrupted(); task = next()) {
            try {
                task.run();
            } catch (RuntimeException e) {
                log.atError().setCause(e).log("looking after a call failed");
            }
        }
    }

    private synchronized @Nullable Runnable next() {
        Runnable task = waiting.poll();
        running = task != null;
        return task;
    }
}
