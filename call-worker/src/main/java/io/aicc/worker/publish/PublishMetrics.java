package io.aicc.worker.publish;

import io.aicc.runtime.ProcessMetrics;
import io.aicc.wire.event.EventBody;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** The figures of this room. Thread-safe. */
final class PublishMetrics implements AutoCloseable {
    private final MeterRegistry registry;
    private final Map<String, Counter> messages = new ConcurrentHashMap<>();
    private final List<Gauge> gauges = new ArrayList<>();
    private final Counter dropped;
    private final Timer passedOn;

    PublishMetrics(MeterRegistry registry) {
        this.registry = registry;
        EventBody.types()
                .keySet()
                .forEach(type ->
                        messages.put(type, counter("aicc_ws_messages", "Events written to receivers", "type", type)));
        this.dropped = Counter.builder("aicc_outbox_dropped")
                .description("Durable events lost for want of room")
                .register(registry);
        this.passedOn = ProcessMetrics.latency(
                        "aicc_publish_seconds",
                        "From an event until it is in the outbox and on the wire to the receivers that are connected")
                .register(registry);
    }

    private Counter counter(String name, String description, String tag, String value) {
        return Counter.builder(name).description(description).tag(tag, value).register(registry);
    }

    void sent(String type) {
        Counter counter = messages.get(type);
        if (counter != null) {
            counter.increment();
        }
    }

    void dropped() {
        dropped.increment();
    }

    void passedOn(long nanos) {
        passedOn.record(nanos, TimeUnit.NANOSECONDS);
    }

    /** Shows whether the outbox takes nothing more. */
    void full(BooleanSupplier full) {
        gauges.add(Gauge.builder("aicc_outbox_full", () -> full.getAsBoolean() ? 1 : 0)
                .description(
                        "1 while the outbox's disk or quota takes no more: what a receiver has not got is in memory only")
                .register(registry));
    }

    /** The figures of one destination. */
    OfDestination of(String destination, Supplier<Number> depth) {
        gauges.add(Gauge.builder("aicc_outbox_depth", depth)
                .description("Durable events that the destination has not got yet")
                .tag("destination", destination)
                .register(registry));
        return new OfDestination(
                counter("aicc_ws_reconnects", "Attempts to connect after the first", "destination", destination),
                counter(
                        "aicc_ws_refused",
                        "Times that a receiver refused our token or our events",
                        "destination",
                        destination),
                counter("aicc_ws_bad_replies", "Messages of receivers that make no sense", "destination", destination));
    }

    /** Counters of one destination. */
    record OfDestination(Counter reconnects, Counter refused, Counter badReplies) {}

    @Override
    public void close() {
        gauges.forEach(registry::remove); // a gauge without its publisher would show NaN for ever
    }
}
