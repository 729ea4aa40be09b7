package io.aicc.operator.pool;

import io.aicc.operator.port.PortLeases;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Collection;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** What is measured of workers and their ports, all pools together: no label grows with the number of calls. */
final class PoolMetrics {
    private final MeterRegistry metrics;
    private final Collection<WarmPool> pools;
    private final Counter leakedPairs;

    /** @param pools those that there are, at any moment */
    PoolMetrics(MeterRegistry metrics, Collection<WarmPool> pools) {
        this.metrics = metrics;
        this.pools = pools;
        workers("warm", Staffing.Counts::warm);
        workers("starting", Staffing.Counts::starting);
        workers("busy", Staffing.Counts::busy);
        pairs("free", PortLeases.Counts::free);
        pairs("leased", PortLeases.Counts::leased);
        pairs("quarantined", PortLeases.Counts::quarantined);
        gauge("aicc_workers_wanted", "Idle workers that there should be, all pools together", Staffing.Counts::target);
        gauge("aicc_calls_waiting", "Calls that wait for a worker", Staffing.Counts::waiting);
        gauge("aicc_active_calls", "Calls that have a worker", Staffing.Counts::busy);
        gauge(
                "aicc_port_pool_available",
                "Free port pairs, each counted for every node that may have it, all pools together",
                counts -> counts.ports().free());
        leakedPairs = Counter.builder("aicc_leaks")
                .description(
                        "What had to be swept up: workers of sessions that nobody knew, port pairs of pods that never came")
                .tag("kind", "port_pair")
                .register(metrics);
        FunctionCounter.builder("aicc_port_pairs_freed", pools, PoolMetrics::freed)
                .description("Port pairs that can be leased again after a call and their rest")
                .register(metrics);
    }

    /** A pair was leased to a pod that never came. */
    void pairLeaked() {
        leakedPairs.increment();
    }

    private void workers(String state, ToDoubleFunction<Staffing.Counts> count) {
        Gauge.builder("aicc_workers", () -> sum(count))
                .tag("state", state)
                .description("Workers by state, all pools together")
                .register(metrics);
    }

    private void pairs(String state, ToDoubleFunction<PortLeases.Counts> count) {
        Gauge.builder("aicc_port_pairs", () -> sum(counts -> count.applyAsDouble(counts.ports())))
                .tag("state", state)
                .description("Port pairs by state, each counted for every node that may have it, all pools together")
                .register(metrics);
    }

    private void gauge(String name, String description, ToDoubleFunction<Staffing.Counts> count) {
        Gauge.builder(name, () -> sum(count)).description(description).register(metrics);
    }

    private double sum(ToDoubleFunction<Staffing.Counts> count) {
        return List.copyOf(pools).stream()
                .mapToDouble(pool -> count.applyAsDouble(pool.counts()))
                .sum();
    }

    private static double freed(Collection<WarmPool> pools) {
        return List.copyOf(pools).stream().mapToLong(WarmPool::freedPorts).sum();
    }
}
