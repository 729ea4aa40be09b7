package io.aicc.operator.pool;

import io.aicc.operator.port.PortLeases;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.Collection;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * What is measured of workers and their ports: of each pool what an alarm has to tell, of all together the rest. No label grows
 * with the number of calls.
 */
final class PoolMetrics {
    private final MeterRegistry metrics;
    private final Collection<WarmPool> pools;
    private final Counter leakedPairs;

    /** @param pools those that there are, at any moment */
    PoolMetrics(MeterRegistry metrics, Collection<WarmPool> pools) {
        this.metrics = metrics;
        this.pools = pools;
        total("aicc_active_calls", "Calls that have a worker", Staffing.Counts::busy);
        total(
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

    /** A pool is there. What it shows stays for the life of the program: one that is gone wants no idle workers. */
    void add(String name, WarmPool pool) {
        Tags of = Tags.of("pool", name);
        gauge("aicc_workers_wanted", "Idle workers that there should be", of, pool, Staffing.Counts::target);
        gauge("aicc_calls_waiting", "Calls that wait for a worker", of, pool, Staffing.Counts::waiting);
        workers(of.and("state", "warm"), pool, Staffing.Counts::warm);
        workers(of.and("state", "starting"), pool, Staffing.Counts::starting);
        workers(of.and("state", "busy"), pool, Staffing.Counts::busy);
        pairs(of.and("state", "free"), pool, PortLeases.Counts::free);
        pairs(of.and("state", "leased"), pool, PortLeases.Counts::leased);
        pairs(of.and("state", "quarantined"), pool, PortLeases.Counts::quarantined);
    }

    private void workers(Tags tags, WarmPool pool, ToDoubleFunction<Staffing.Counts> count) {
        gauge("aicc_workers", "Workers by state", tags, pool, count);
    }

    private void pairs(Tags tags, WarmPool pool, ToDoubleFunction<PortLeases.Counts> count) {
        String description = "Port pairs by state, each counted for every node that may have it";
        gauge("aicc_port_pairs", description, tags, pool, counts -> count.applyAsDouble(counts.ports()));
    }

    private void gauge(
            String name, String description, Tags tags, WarmPool pool, ToDoubleFunction<Staffing.Counts> count) {
        Gauge.builder(name, () -> count.applyAsDouble(pool.counts()))
                .tags(tags)
                .description(description)
                .register(metrics);
    }

    private void total(String name, String description, ToDoubleFunction<Staffing.Counts> count) {
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
