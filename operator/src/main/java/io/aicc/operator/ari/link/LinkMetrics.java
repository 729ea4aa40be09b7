package io.aicc.operator.ari.link;

import io.aicc.runtime.ProcessMetrics;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Locale;
import java.util.function.BooleanSupplier;

/** How the connection to the PBX does. Thread-safe. */
final class LinkMetrics {
    private final MeterRegistry registry;
    private final Counter replaced;

    /** What became of a request. */
    enum Outcome {
        OK,
        MISSING,
        REFUSED,
        UNANSWERED,
        UNREADABLE
    }

    /** What became of an event. */
    enum Taken {
        USED,
        IGNORED,
        UNREADABLE
    }

    LinkMetrics(MeterRegistry registry) {
        this.registry = registry;
        replaced = Counter.builder("aicc_ari_replaced")
                .description("Times that another controller connected as our application, and this one stood aside")
                .register(registry);
        for (Taken taken : Taken.values()) {
            events(taken);
        }
        connects(true);
        connects(false);
        for (Operation operation : Operation.values()) {
            requests(operation, Outcome.OK);
        }
    }

    void showConnected(BooleanSupplier connected) {
        Gauge.builder("aicc_ari_connected", () -> connected.getAsBoolean() ? 1 : 0)
                .description("1 while the PBX's events arrive and its requests are answered")
                .register(registry);
    }

    void event(Taken taken) {
        events(taken).increment();
    }

    void connect(boolean succeeded) {
        connects(succeeded).increment();
    }

    void replaced() {
        replaced.increment();
    }

    void request(Operation operation, Outcome outcome, long nanos) {
        requests(operation, outcome).record(Duration.ofNanos(nanos));
    }

    private Timer requests(Operation operation, Outcome outcome) {
        return ProcessMetrics.latency("aicc_ari_request", "Requests to the PBX, by operation and outcome")
                .tag("operation", operation.label())
                .tag("outcome", label(outcome))
                .register(registry);
    }

    private Counter events(Taken taken) {
        return Counter.builder("aicc_ari_events")
                .description("Events of the PBX, by what became of them")
                .tag("taken", label(taken))
                .register(registry);
    }

    private Counter connects(boolean succeeded) {
        return Counter.builder("aicc_ari_connects")
                .description("Times that the event stream was connected, or could not be")
                .tag("outcome", succeeded ? "ok" : "failed")
                .register(registry);
    }

    private static String label(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
