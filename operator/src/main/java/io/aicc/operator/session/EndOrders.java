package io.aicc.operator.session;

import io.aicc.operator.control.Answer;
import io.aicc.operator.pool.Worker;
import io.aicc.wire.control.EndOrder;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * Tells workers that their calls are over, on threads of its own: one that hangs takes its two seconds from no call that begins,
 * and when it is told again, from no end that was not tried yet. Thread-safe.
 */
final class EndOrders implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(EndOrders.class);

    /** When all calls of a PBX end in one moment, calls that begin get a processor too. */
    static final int AT_ONCE = 50;

    private final ExecutorService first = threads("end-");
    private final ExecutorService again = threads("end-again-");
    private final Set<Object> beingTold = ConcurrentHashMap.newKeySet();
    private final Set<Object> tried = Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));

    /**
     * Returns at once: {@link Worker#toldToEnd} says when it has taken the order, and whoever sees that it has not gives it again.
     *
     * @return false when it is being told already
     */
    boolean tell(Worker worker, EndOrder order) {
        return tell(worker, worker.pod(), () -> worker.end(order));
    }

    /** The same of anybody. */
    boolean tell(Object worker, String pod, Supplier<Answer<String>> order) {
        boolean free = beingTold.add(worker);
        if (free) {
            Map<String, String> context = Objects.requireNonNullElse(MDC.getCopyOfContextMap(), Map.of());
            ExecutorService tellers = tried.add(worker) ? first : again;
            tellers.execute(() -> tell(worker, pod, order, context));
        }
        return free;
    }

    @Override
    public void close() {
        first.shutdownNow();
        again.shutdownNow();
    }

    private void tell(Object worker, String pod, Supplier<Answer<String>> order, Map<String, String> context) {
        MDC.setContextMap(context);
        try {
            Answer<String> answer = order.get();
            if (!(answer instanceof Answer.Obeyed)) {
                log.atWarn()
                        .addKeyValue("pod", pod)
                        .addKeyValue("answer", answer)
                        .log("worker does not take the end of its call");
            }
        } finally {
            MDC.clear();
            beingTold.remove(worker);
        }
    }

    private static ExecutorService threads(String name) {
        return Executors.newFixedThreadPool(
                AT_ONCE, Thread.ofVirtual().name(name, 0).factory());
    }
}
