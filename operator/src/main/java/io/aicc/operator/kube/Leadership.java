package io.aicc.operator.kube;

import io.aicc.runtime.Health;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderCallbacks;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderElectionConfig;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderElectionConfigBuilder;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderElector;
import io.fabric8.kubernetes.client.extended.leaderelection.resourcelock.LeaseLock;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whether this program is the one of its kind that acts: settled by a Lease, once for its life. Thread-safe. */
public final class Leadership implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Leadership.class);

    private final KubernetesClient client;
    private final String namespace;
    private final Election election;
    private volatile Role role = Role.STANDBY;
    private volatile @Nullable CompletableFuture<?> running;

    private enum Role {
        STANDBY,
        LEADER,
        STOPPED
    }

    public Leadership(KubernetesClient client, String namespace, Election election) {
        this.client = client;
        this.namespace = namespace;
        this.election = election;
    }

    /**
     * Seeks leadership, for as long as it takes.
     *
     * @param onLead called once, when we lead
     * @param onDeposed called when we no longer do: another may act already, so stop
     */
    public void seek(Runnable onLead, Runnable onDeposed) {
        if (!election.enabled()) {
            role = Role.LEADER;
            onLead.run();
            return;
        }
        LeaderCallbacks callbacks =
                new LeaderCallbacks(() -> lead(onLead, onDeposed), () -> deposed(onDeposed), identity -> {});
        LeaderElectionConfig config = new LeaderElectionConfigBuilder()
                .withName(election.lease())
                .withLock(new LeaseLock(
                        namespace, election.lease(), UUID.randomUUID().toString()))
                .withLeaseDuration(election.duration())
                .withRenewDeadline(election.renewal())
                .withRetryPeriod(election.retry())
                .withReleaseOnCancel()
                .withLeaderCallbacks(callbacks)
                .build();
        LeaderElector elector = client.leaderElector().withConfig(config).build();
        running = elector.start();
    }

    /** Whether we lead. */
    public boolean leads() {
        return role == Role.LEADER;
    }

    /** A standby is as healthy as a leader. */
    public Health.State health() {
        return switch (role) {
            case STANDBY -> Health.State.up("standby");
            case LEADER -> Health.State.up("leader");
            case STOPPED -> Health.State.down("stopped");
        };
    }

    @Override
    public void close() {
        role = Role.STOPPED;
        CompletableFuture<?> election = running;
        if (election != null) {
            election.cancel(true);
        }
    }

    private void lead(Runnable onLead, Runnable onDeposed) {
        log.atInfo().addKeyValue("lease", election.lease()).log("leading");
        role = Role.LEADER;
        try {
            onLead.run();
        } catch (RuntimeException e) {
            log.atError().setCause(e).log("taking up the lead failed, stopping");
            deposed(onDeposed);
        }
    }

    private void deposed(Runnable onDeposed) {
        if (role == Role.LEADER) {
            log.atError().addKeyValue("lease", election.lease()).log("leadership lost, stopping");
            role = Role.STOPPED;
            onDeposed.run();
        }
    }
}
