package io.aicc.operator.pool;

import io.aicc.crd.WorkerPoolSpec;
import io.aicc.crd.WorkerPoolSpec.NetworkMode;
import io.aicc.operator.port.PortRange;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The numbers of a WorkerPool with the schema's defaults filled in: an API server does that by itself, one that was handed
 * an object written before a field existed does not.
 *
 * @param min idle workers at least
 * @param max idle workers at most
 * @param percent idle workers as a share of the busy ones
 * @param maxWorkers idle and busy together
 * @param range whose port pairs new workers get
 * @param nodes on how many nodes a pair may be leased at a time; a pod's own pairs are not a node's, and leased once in the pool
 * @param quarantine rest of a pair after a call
 */
record PoolSize(int min, int max, int percent, int maxWorkers, PortRange range, int nodes, Duration quarantine) {

    static PoolSize of(WorkerPoolSpec spec) {
        WorkerPoolSpec.Warm warm = spec.warm();
        WorkerPoolSpec.Ports ports = spec.ports();
        return new PoolSize(
                or(warm == null ? null : warm.min(), 2),
                or(warm == null ? null : warm.max(), 50),
                or(warm == null ? null : warm.percent(), 20),
                or(spec.maxWorkers(), 100),
                new PortRange(
                        or(ports == null ? null : ports.from(), PortRange.ALL.from()),
                        or(ports == null ? null : ports.to(), PortRange.ALL.to())),
                spec.networkMode() == NetworkMode.HostPort ? or(ports == null ? null : ports.nodes(), 1) : 1,
                Duration.ofSeconds(or(ports == null ? null : ports.quarantineSeconds(), 2)));
    }

    /** How many idle workers there should be while so many are busy. */
    int idleFor(int busy) {
        int share = Math.ceilDiv(busy * percent, 100);
        return Math.min(max, Math.max(min, share));
    }

    private static int or(@Nullable Integer value, int otherwise) {
        return Objects.requireNonNullElse(value, otherwise);
    }
}
