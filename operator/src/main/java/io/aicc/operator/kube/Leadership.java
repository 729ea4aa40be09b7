package io.aicc.operator.kube;

import io.aicc.runtime.Health;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderCallbacks;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderElectionConfig;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderElectionConfigBuilder;
import io.fabric8.kubernetes.client.extended.leaderelection.resourcelock.LeaseLock;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether this program is the one of its kind that acts: settled by a Lease, once for its life. Thread-safe.
 *
 * <p>A leader that could not renew its lease stops before anybody else can take it, whatever it is waiting for: the elector
 * looks at its deadline between two requests only, by the clock on the wall, and a request to an API server that does not
 * answer takes longer than a lease. So a watch of ours looks too.
 */
public final class Leadership implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Leadership.class);

    /** The watch looks so many times between the last moment to stop and the first at which somebody else may lead. */
    private static final int LOOKS = 8;

    private final KubernetesClient client;
    private final String namespace;
    private final Election election;
    private final InstantSource steady;
    private final WatchedLease lease;
    private final Instant begun;
    private final AtomicReference<Role> role = new AtomicReference<>(Role.STANDBY);
    private final ScheduledExecutorService watch = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("lease watch").factory());
    private volatile @Nullable CompletableFuture<?> running;
    private volatile String stopped = "stopped";

    private enum Role {
        STANDBY,
        LEADER,
        STOPPED
    }

    /** @param steady tells how much time passes, whatever the clock on the wall does */
    public Leadership(
            KubernetesClient client, String namespace, Election election, MeterRegistry metrics, InstantSource steady) {
        this.client = client;
        this.namespace = namespace;
        this.election = election;
        this.steady = steady;
        this.begun = steady.instant();
        this.lease = new WatchedLease(new LeaseLock(namespace, election.lease(), identity()), steady);
        gauge("aicc_leading", "1 while this program leads those that share its lease", this::leads, metrics);
        gauge(
                "aicc_leader_known",
                "1 while somebody leads, this program or one that it stands by for",
                () -> leader() != null,
                metrics);
    }

    /**
     * Seeks leadership, for as long as it takes.
     *
     * @param onLead called once, when we lead
     * @param onDeposed called when we no longer do: another may act soon, so stop at once
     */
    public void seek(Runnable onLead, Runnable onDeposed) {
        if (!election.enabled()) {
            role.set(Role.LEADER);
            onLead.run();
            return;
        }
        LeaderCallbacks callbacks =
                new LeaderCallbacks(() -> lead(onLead, onDeposed), () -> deposed(onDeposed, lost()), identity -> {});
        LeaderElectionConfig config = new LeaderElectionConfigBuilder()
                .withName(election.lease())
                .withLock(lease)
                .withLeaseDuration(election.duration())
                .withRenewDeadline(election.renewal())
                .withRetryPeriod(election.retry())
                .withReleaseOnCancel()
                .withLeaderCallbacks(callbacks)
                .build();
        running = client.leaderElector().withConfig(config).build().start();
        long pause = election.duration().minus(election.renewal()).toMillis() / LOOKS;
        var unused = watch.scheduleWithFixedDelay(
                () -> stopIfOverdue(onDeposed), pause, Math.max(1, pause), TimeUnit.MILLISECONDS);
    }

    /** Whether we lead: by the time, for the watch may wait for a processor as long as anybody. */
    public boolean leads() {
        return role.get() == Role.LEADER && !overdue();
    }

    /** A standby is as healthy as a leader, as long as there is one: where nobody leads, nobody works. */
    public Health.State health() {
        return switch (role.get()) {
            case STANDBY -> standby();
            case LEADER -> Health.State.up("leader");
            case STOPPED -> Health.State.down(stopped);
        };
    }

    @Override
    public void close() {
        role.set(Role.STOPPED);
        watch.shutdownNow();
        CompletableFuture<?> election = running;
        if (election != null) {
            election.cancel(true);
        }
    }

    private Health.State standby() {
        String leader = leader();
        if (leader != null) {
            return Health.State.up("standby for " + leader);
        }
        Duration sought = Duration.between(begun, steady.instant());
        String why = lease.problem() == null ? "" : ": " + lease.problem();
        return sought.compareTo(election.duration()) < 0 && lease.problem() == null
                ? Health.State.up("standby, nobody leads yet")
                : Health.State.down("standby, but nobody is known to lead" + why);
    }

    private @Nullable String leader() {
        if (leads()) {
            return lease.identity();
        }
        return role.get() == Role.STOPPED ? null : lease.holder(election.duration());
    }

    private void lead(Runnable onLead, Runnable onDeposed) {
        if (!role.compareAndSet(Role.STANDBY, Role.LEADER)) {
            return; // Stopped while the lease was being taken.
        }
        log.atInfo().addKeyValue("lease", election.lease()).log("leading");
        Thread.ofPlatform()
                .name("lead")
                .start(
                        () -> { // Meanwhile the elector renews.
                            try {
                                onLead.run();
                            } catch (RuntimeException | Error e) { // A leader that does nothing is worse than none.
                                log.atError().setCause(e).log("taking up the lead failed, stopping");
                                deposed(onDeposed, "taking up the lead failed");
                            }
                        });
    }

    private void stopIfOverdue(Runnable onDeposed) {
        if (overdue()) {
            deposed(onDeposed, lost());
        }
    }

    private boolean overdue() {
        return election.enabled() && lease.sinceWritten().compareTo(election.renewal()) > 0;
    }

    /** Why the lease is not ours any more, as far as can be seen from here. */
    private String lost() {
        String holder = lease.holder(election.duration());
        if (holder != null && !holder.equals(lease.identity())) {
            return "it is held by " + holder;
        }
        String why = lease.problem() == null
                ? "the API server does not answer, or this process got no processor"
                : lease.problem();
        Duration since = lease.sinceWritten();
        return since.compareTo(election.duration().multipliedBy(10)) > 0
                ? "it is held by nobody: it was deleted, or emptied by hand"
                : "not renewed for %d ms, %d at most: %s"
                        .formatted(since.toMillis(), election.renewal().toMillis(), why);
    }

    private void deposed(Runnable onDeposed, String cause) {
        if (role.compareAndSet(Role.LEADER, Role.STOPPED)) {
            stopped = "leadership lost: " + cause;
            log.atError()
                    .addKeyValue("lease", election.lease())
                    .addKeyValue("cause", cause)
                    .log("leadership lost, stopping");
            onDeposed.run();
        }
    }

    private void gauge(String name, String description, BooleanSupplier truth, MeterRegistry metrics) {
        Gauge.builder(name, () -> truth.getAsBoolean() ? 1 : 0)
                .description(description)
                .tag("lease", election.lease())
                .register(metrics);
    }

    /** Where there are pods their name is the host's; the rest tells one process from the next there. */
    private static String identity() {
        String host = System.getenv("HOSTNAME");
        String process = UUID.randomUUID().toString();
        return host == null || host.isBlank() ? process : host + "_" + process;
    }
}
