package io.aicc.operator.kube;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.extended.leaderelection.resourcelock.LeaderElectionRecord;
import io.fabric8.kubernetes.client.extended.leaderelection.resourcelock.Lock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A lease as the elector reads and writes it, and what can be known from that at any moment without asking anybody: how long
 * it is ours for certain, and whether somebody holds it at all. By a steady clock, and by when we saw it change: what a record
 * says of times is its writer's clock, and nobody shall take a lease early whose own is ahead of it. Thread-safe.
 */
final class WatchedLease implements Lock {
    private final Lock lease;
    private final InstantSource steady;
    private volatile Instant written = Instant.MIN;
    private volatile @Nullable Seen seen;
    private volatile @Nullable String problem;

    private record Seen(LeaderElectionRecord record, Instant since) {}

    WatchedLease(Lock lease, InstantSource steady) {
        this.lease = lease;
        this.steady = steady;
    }

    /** How long ago somebody else may have seen us take or renew it at the latest; forever when we never did. */
    Duration sinceWritten() {
        return Duration.between(written, steady.instant());
    }

    /** Who has renewed it within that time; null when nobody has, or it cannot be read. */
    @Nullable
    String holder(Duration within) {
        Seen last = seen;
        boolean held = last != null
                && last.record().getHolderIdentity() != null
                && !last.record().getHolderIdentity().isBlank()
                && Duration.between(last.since(), steady.instant()).compareTo(within) <= 0;
        return held ? Objects.requireNonNull(last).record().getHolderIdentity() : null;
    }

    /** Why it could not be read or written, when that was tried last; null when it could. */
    @Nullable
    String problem() {
        return problem;
    }

    @Override
    public @Nullable LeaderElectionRecord get(KubernetesClient client) {
        try {
            Seen now = see(lease.get(client));
            problem = null;
            return now == null ? null : asSeen(now);
        } catch (KubernetesClientException e) {
            problem = said(e);
            throw e;
        }
    }

    @Override
    public void create(KubernetesClient client, LeaderElectionRecord record) {
        write(record, () -> lease.create(client, record));
    }

    @Override
    public void update(KubernetesClient client, LeaderElectionRecord record) {
        write(record, () -> lease.update(client, record));
    }

    @Override
    public String identity() {
        return lease.identity();
    }

    @Override
    public String describe() {
        return lease.describe();
    }

    /** From when it is asked for: the answer may take long, and others count from what happened in between. */
    private void write(LeaderElectionRecord record, Runnable request) {
        Instant asked = steady.instant();
        try {
            request.run();
            see(record);
            if (identity().equals(record.getHolderIdentity())) {
                written = asked;
            }
            problem = null;
        } catch (KubernetesClientException e) {
            problem = said(e);
            throw e;
        }
    }

    private @Nullable Seen see(@Nullable LeaderElectionRecord now) {
        Seen last = seen;
        if (now == null || !identity().equals(now.getHolderIdentity())) {
            written = Instant.MIN;
        }
        if (now == null || last == null || !last.record().equals(now)) {
            last = now == null ? null : new Seen(now, steady.instant());
            seen = last;
        }
        return last;
    }

    /** Renewed, by our clock, when we saw it change. */
    private LeaderElectionRecord asSeen(Seen now) {
        Duration age = Duration.between(now.since(), steady.instant());
        return now.record().toBuilder()
                .renewTime(ZonedDateTime.now(ZoneOffset.UTC).minus(age))
                .build();
    }

    private static String said(KubernetesClientException e) {
        return e.getCode() > 0 ? "the API server answers " + e.getCode() : "the API server is not reached";
    }
}
