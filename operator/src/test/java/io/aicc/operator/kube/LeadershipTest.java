package io.aicc.operator.kube;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.aicc.runtime.Health;
import io.aicc.runtime.SteadyClock;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One leads, the others know it; and one that cannot renew stops before another may begin. */
class LeadershipTest {
    private static final Election SHORT =
            new Election(true, "lease", Duration.ofSeconds(3), Duration.ofSeconds(2), Duration.ofMillis(200));

    private static final Election LONG =
            new Election(true, "lease", Duration.ofSeconds(10), Duration.ofSeconds(6), Duration.ofMillis(200));

    private static final Duration LIMIT = Duration.ofSeconds(10);

    private final SteadyClock clock = new SteadyClock();
    private volatile Duration asleep = Duration.ZERO;
    private final InstantSource steady = () -> clock.instant().plus(asleep);
    private final Api api = new Api();
    private final List<Leadership> seekers = new ArrayList<>();
    private final KubernetesClient client = new KubernetesClientBuilder()
            .withConfig(new ConfigBuilder()
                    .withAutoConfigure(false)
                    .withMasterUrl("http://127.0.0.1:" + api.server.getAddress().getPort())
                    .withRequestRetryBackoffLimit(0)
                    .build())
            .build();

    LeadershipTest() throws IOException {}

    @BeforeEach
    void serve() {
        api.server.start();
    }

    @AfterEach
    void stop() {
        api.hangs.countDown();
        seekers.forEach(Leadership::close);
        client.close();
        api.close();
    }

    @Test
    void aLeaderWhoseRenewalHangsStopsBeforeAnyoneElseCanLead() throws Exception {
        CountDownLatch deposed = new CountDownLatch(1);
        Leadership leader = seek(SHORT, new SimpleMeterRegistry(), deposed::countDown);
        await().atMost(LIMIT).until(() -> leader.leads() && api.writes > 0);

        api.silent = true;
        assertThat(deposed.await(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();

        assertThat(Duration.between(api.lastWrite, steady.instant())).isLessThan(SHORT.duration());
        assertThat(leader.leads()).isFalse();
        assertThat(leader.health().detail())
                .matches(
                        "leadership lost: not renewed for 2\\d{3} ms, 2000 at most: the API server does not answer, .*");
    }

    @Test
    void aLeaderThatGotNoProcessorLeadsNoMoreWhenItWakes() {
        Leadership leader = seek(LONG, new SimpleMeterRegistry(), () -> {});
        await().atMost(LIMIT).until(() -> leader.leads() && api.writes > 0);

        api.silent = true;
        asleep = LONG.renewal();
        assertThat(leader.leads()).as("before its watch has looked").isFalse();
    }

    @Test
    void aLeaderWhoseLeaseIsTakenSaysByWhom() throws Exception {
        CountDownLatch deposed = new CountDownLatch(1);
        Leadership leader = seek(LONG, new SimpleMeterRegistry(), deposed::countDown);
        await().atMost(LIMIT).until(() -> leader.leads() && api.writes > 0);

        api.handTo("somebody");
        assertThat(deposed.await(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();

        assertThat(leader.health().detail()).isEqualTo("leadership lost: it is held by somebody");
    }

    @Test
    void aStandbySaysForWhomAndTakesOverWhenItIsReleased() {
        SimpleMeterRegistry first = new SimpleMeterRegistry();
        SimpleMeterRegistry second = new SimpleMeterRegistry();
        Leadership leader = seek(LONG, first, () -> {});
        await().atMost(LIMIT).until(leader::leads);
        Leadership standby = seek(LONG, second, () -> {});

        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(standby.health().detail()).startsWith("standby for "));
        assertThat(gauge(first, "aicc_leading")).isEqualTo(1);
        assertThat(gauge(second, "aicc_leading")).isZero();
        assertThat(gauge(second, "aicc_leader_known")).isEqualTo(1);

        leader.close();
        await().atMost(LIMIT).until(standby::leads);
        assertThat(gauge(first, "aicc_leading")).isZero();
    }

    @Test
    void aStandbyOfNobodyIsNotReadyAndSaysWhy() {
        api.refuses = true;
        SimpleMeterRegistry metrics = new SimpleMeterRegistry();
        Leadership standby = seek(LONG, metrics, () -> {});

        await().atMost(LIMIT).until(() -> standby.health()
                .equals(Health.State.down("standby, but nobody is known to lead: the API server answers 403")));
        assertThat(gauge(metrics, "aicc_leader_known")).isZero();
    }

    private Leadership seek(Election election, SimpleMeterRegistry metrics, Runnable onDeposed) {
        Leadership leadership = new Leadership(client, "default", election, metrics, steady);
        seekers.add(leadership);
        leadership.seek(() -> {}, onDeposed);
        return leadership;
    }

    private static double gauge(SimpleMeterRegistry metrics, String name) {
        return metrics.get(name).tag("lease", "lease").gauge().value();
    }

    /** As much of an API server as keeps one lease, and can stop answering. */
    private final class Api implements AutoCloseable {
        private final HttpServer server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        private final CountDownLatch hangs = new CountDownLatch(1);
        private volatile @Nullable String lease;
        private volatile Instant lastWrite = Instant.MIN;
        private volatile int writes;
        private volatile boolean silent;
        private volatile boolean refuses;

        private Api() throws IOException {
            server.setExecutor(threads);
            server.createContext("/", this::answer);
        }

        private void handTo(String holder) {
            lease = Objects.requireNonNull(lease)
                    .replaceAll("\"holderIdentity\":\"[^\"]*\"", "\"holderIdentity\":\"" + holder + "\"");
        }

        private void answer(HttpExchange exchange) throws IOException {
            boolean read = exchange.getRequestMethod().equals("GET");
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            if (silent) {
                try {
                    hangs.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
            if (refuses) {
                reply(exchange, 403, "{}");
            } else if (read && lease == null) {
                reply(exchange, 404, "{}");
            } else {
                lease = read ? lease : body;
                if (!read) {
                    writes++;
                    lastWrite = steady.instant();
                }
                reply(exchange, 200, String.valueOf(lease));
            }
        }

        private static void reply(HttpExchange exchange, int status, String body) throws IOException {
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        }

        @Override
        public void close() {
            server.stop(0);
            threads.shutdownNow();
        }
    }
}
