package io.aicc.operator.session;

import io.aicc.operator.control.Answer;
import io.aicc.operator.pool.Worker;
import io.aicc.wire.control.EndOrder;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * Tells workers that their calls are over, on threads of its own: one that hangs takes its two seconds from other ends, and from
 * no call that begins. Thread-safe.
 */
final class EndOrders implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(EndOrders.class);

    /** When all calls of a PBX end in one moment, calls that begin get a processor too. */
    private static final int AT_ONCE = 50;

    private final ExecutorService tellers = Executors.newFixedThreadPool(
            AT_ONCE, Thread.ofVirtual().name("end-", 0).factory());
    private final Set<String> beingTold = ConcurrentHashMap.newKeySet();

    /**
     * Returns at once: {@link Worker#toldToEnd} says when it has taken the order, and whoever sees that it has not gives it again.
     *
     * @return false when it is being told already
     */
    boolean tell(Worker worker, EndOrder order) {
        boolean first = beingTold.add(worker.uid());
        if (first) {
            Map<String, String> context = Objects.requireNonNullElse(MDC.getCopyOfContextMap(), Map.of());
            tellers.execute(() -> tell(worker, order, context));
        }
        return first;
    }

    @Override
    public void close() {
        tellers.shutdownNow();
    }

    private void tell(Worker worker, EndOrder order, Map<String, String> context) {
        MDC.setContextMap(context);
        try {
            Answer<String> answer = worker.end(order);
            if (!(answer instanceof Answer.Obeyed)) {
                log.atWarn()
                        .addKeyValue("pod", worker.pod())
                        .addKeyValue("answer", answer)
                        .log("worker does not take the end of its call");
            }
        } finally {
            MDC.clear();
            beingTold.remove(worker.uid());
        }
    }
}
