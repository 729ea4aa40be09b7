package io.aicc.operator.kube;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.extended.leaderelection.resourcelock.LeaderElectionRecord;
import io.fabric8.kubernetes.client.extended.leaderelection.resourcelock.Lock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a lease is worth, whatever clocks say and however long requests take. */
class WatchedLeaseTest implements Lock {
    private static final Duration LEASE = Duration.ofSeconds(10);
    private static final ZonedDateTime LONG_AGO = ZonedDateTime.of(2000, 1, 1, 0, 0, 0, 0, ZoneOffset.UTC);

    private final KubernetesClient client = new KubernetesClientBuilder().build();
    private final WatchedLease lease = new WatchedLease(this, () -> now());
    private Instant now = Instant.EPOCH;
    private Duration answersAfter = Duration.ZERO;
    private @Nullable LeaderElectionRecord stored;
    private @Nullable KubernetesClientException failure;

    @AfterEach
    void close() {
        client.close();
    }

    @Test
    void itIsOursFromWhenItWasAskedFor() {
        answersAfter = Duration.ofSeconds(4);
        lease.create(client, record("us", LONG_AGO));
        assertThat(lease.sinceWritten()).isEqualTo(Duration.ofSeconds(4));
    }

    @Test
    void aRenewalThatFailsRenewsNothing() {
        lease.create(client, record("us", LONG_AGO));
        now = now.plusSeconds(5);
        failure = new KubernetesClientException("no", 500, null);
        assertThatThrownBy(() -> lease.update(client, record("us", LONG_AGO))).isSameAs(failure);
        assertThat(lease.sinceWritten()).isEqualTo(Duration.ofSeconds(5));
        assertThat(lease.problem()).isEqualTo("the API server answers 500");
    }

    @Test
    void itIsOursNoLongerOnceSomebodyElseHasIt() {
        lease.create(client, record("us", LONG_AGO));
        stored = record("them", LONG_AGO);
        var unused = lease.get(client);
        assertThat(lease.sinceWritten()).isGreaterThan(Duration.ofDays(1000));
        assertThat(lease.holder(LEASE)).isEqualTo("them");
    }

    @Test
    void aHolderWhoseClockIsBehindIsLeftAloneWhileItRenews() {
        for (int renewal = 0; renewal < 10; renewal++) {
            stored = record("them", LONG_AGO.plusSeconds(renewal));
            assertThat(renewedBefore()).isLessThan(Duration.ofSeconds(1));
            now = now.plusSeconds(2);
            assertThat(renewedBefore()).isBetween(Duration.ofSeconds(2), Duration.ofSeconds(3));
        }
        now = now.plus(LEASE);
        assertThat(renewedBefore()).as("until it does not").isGreaterThan(LEASE);
        assertThat(lease.holder(LEASE)).isNull();
    }

    @Test
    void aLeaseThatWasGivenBackIsHeldByNobody() {
        stored = record("", LONG_AGO);
        var unused = lease.get(client);
        assertThat(lease.holder(LEASE)).isNull();
    }

    /** As the elector reckons it. */
    private Duration renewedBefore() {
        ZonedDateTime renewed = Objects.requireNonNull(lease.get(client)).getRenewTime();
        return Duration.between(renewed, ZonedDateTime.now(ZoneOffset.UTC));
    }

    private static LeaderElectionRecord record(String holder, ZonedDateTime renewed) {
        return new LeaderElectionRecord(holder, LEASE, LONG_AGO, renewed, 0);
    }

    private Instant now() {
        return now;
    }

    @Override
    public @Nullable LeaderElectionRecord get(KubernetesClient asked) {
        return stored;
    }

    @Override
    public void create(KubernetesClient asked, LeaderElectionRecord record) {
        now = now.plus(answersAfter);
        if (failure != null) {
            throw failure;
        }
        stored = record;
    }

    @Override
    public void update(KubernetesClient asked, LeaderElectionRecord record) {
        create(asked, record);
    }

    @Override
    public String identity() {
        return "us";
    }

    @Override
    public String describe() {
        return "a lease of the test's";
    }
}
