package io.aicc.operator.ari.call;

import java.util.ArrayDeque;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * Runs tasks one after the other on whatever thread is lent to it, and needs none while there is nothing to do. Once that
 * thread was interrupted no more are run: everything is about to end. Every line that they log says what they are about.
 * Thread-safe.
 */
final class InOrder implements Executor {
    private static final Logger log = LoggerFactory.getLogger(InOrder.class);

    private final Executor threads;
    private final Supplier<Map<String, String>> about;
    private final Queue<Runnable> waiting = new ArrayDeque<>();
    private boolean running;

    /**
     * @param threads lends threads that carry no context of logs
     * @param about what a line has to say beside its message; asked in turn, before each task
     */
    InOrder(Executor threads, Supplier<Map<String, String>> about) {
        this.threads = threads;
        this.about = about;
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
            MDC.setContextMap(about.get());
            try {
                task.run();
            } catch (RuntimeException | Error e) { // Whatever it was: a call is looked after until it is over.
                log.atError().setCause(e).log("looking after a call failed");
            } finally {
                MDC.clear();
            }
        }
    }

    private synchronized @Nullable Runnable next() {
        Runnable task = waiting.poll();
        running = task != null;
        return task;
    }
}
