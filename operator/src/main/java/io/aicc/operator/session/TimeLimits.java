package io.aicc.operator.session;

import io.aicc.crd.WorkerPool;
import io.aicc.crd.WorkerPoolSpec;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How long things may take, by the session's WorkerPool, with the schema's defaults filled in.
 *
 * @param ready from the request until a worker is there
 * @param drain from hang-up until the last word is delivered
 * @param ttl without audio
 * @param keep from the end until the record is deleted
 */
record TimeLimits(Duration ready, Duration drain, Duration ttl, Duration keep) {

    static TimeLimits of(Optional<WorkerPool> pool) {
        WorkerPoolSpec.Limits limits =
                pool.map(WorkerPool::getSpec).map(WorkerPoolSpec::limits).orElse(null);
        return new TimeLimits(
                seconds(limits == null ? null : limits.readySeconds(), 30),
                seconds(limits == null ? null : limits.drainSeconds(), 30),
                seconds(limits == null ? null : limits.sessionTtlSeconds(), 3600),
                seconds(limits == null ? null : limits.keepEndedSeconds(), 3600));
    }

    private static Duration seconds(@Nullable Integer value, int otherwise) {
        return Duration.ofSeconds(Objects.requireNonNullElse(value, otherwise));
    }
}
