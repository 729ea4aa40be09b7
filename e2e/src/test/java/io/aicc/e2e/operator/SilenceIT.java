package io.aicc.e2e.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.aicc.crd.CallSession;
import io.aicc.crd.CallSessionStatus;
import io.aicc.crd.CallSessionStatus.Times;
import io.aicc.crd.Phase;
import io.aicc.crd.WorkerPool;
import io.aicc.demo.api.EmbeddedKubernetes;
import io.aicc.demo.played.PlayedWorkers;
import io.aicc.operator.Operator;
import io.aicc.operator.control.ControlKey;
import io.aicc.operator.kube.Conditions;
import io.aicc.runtime.Program;
import io.aicc.testing.LogLines;
import io.aicc.wire.MicroTime;
import io.aicc.wire.control.WorkerReport.State;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A call that nobody ends, on an API whose schema lets silence be short. */
class SilenceIT {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Duration TTL = Duration.ofSeconds(4);

    /** How long ago an idle worker may have spoken last. */
    private static final Duration REPORTS = Duration.ofSeconds(2);

    @RegisterExtension
    final LogLines lines = LogLines.of("io.aicc.operator.session");

    private final Counters counters = Counters.atFreePort();

    @TempDir
    private Path folder = Path.of("");

    SilenceIT() throws IOException {}

    @Test
    void aCallIsEndedOnceItWasSilentForItsTtlHoweverLongItsWorkerWasIdleBefore() throws Exception {
        inAnInstallation((client, workers) -> {
            await().pollDelay(TTL.plusSeconds(1)).until(() -> true); // As idle as a worker is after a quiet night.

            Instant asked = Instant.now();
            create(client, asked);
            var worker = Objects.requireNonNull(status(client, Phase.Ready).worker());
            workers.in(worker.pod()).says(State.ACTIVE);
            CallSessionStatus over = status(client, Phase.Ended);
            assertThat(over.worker())
                    .as("nobody else was given a call that is over")
                    .isEqualTo(worker);
            assertThat(over.summary())
                    .extracting(CallSessionStatus.Summary::reason)
                    .isEqualTo("NoAudio");
            assertThat(Conditions.ready(over.conditions()))
                    .hasValueSatisfying(now -> assertThat(now.getReason()).isEqualTo("NoAudio"));
            Times times = Objects.requireNonNull(over.times());
            assertThat(Duration.between(asked, MicroTime.parse(Objects.requireNonNull(times.ended()))))
                    .isBetween(TTL.minus(REPORTS), TTL.plus(LIMIT));
            assertItIsTold(client);
        });
    }

    @Test
    void oneThatHasLostItsWorkerAndGetsNoOtherIsEndedToo() throws Exception {
        inAnInstallation((client, workers) -> {
            create(client, Instant.now());
            String pod =
                    Objects.requireNonNull(status(client, Phase.Ready).worker()).pod();
            workers.in(pod).says(State.ACTIVE);
            status(client, Phase.Active);
            client.pods()
                    .inNamespace("default")
                    .withName(pod)
                    .withGracePeriod(0)
                    .delete();

            CallSessionStatus over = status(client, Phase.Ended);
            assertThat(Objects.requireNonNull(over.times()).unserved()).isNotNull();
            assertItIsTold(client);
        });
    }

    private interface Body {
        void run(KubernetesClient client, PlayedWorkers workers) throws Exception;
    }

    private void inAnInstallation(Body body) throws Exception {
        try (EmbeddedKubernetes api = EmbeddedKubernetes.start(folder.resolve("kubeconfig"));
                KubernetesClient client = client(api);
                KubernetesClient own = client(api)) {
            install(api, "callsessions.aicc.io");
            install(api, "workerpools.aicc.io");
            try (PlayedWorkers workers = new PlayedWorkers(client, "default");
                    Program operator = new Program("operator under test")) {
                start(operator, own);
                awaitWarm(client);
                body.run(client, workers);
            }
        }
    }

    /** As an Event, in the metrics and in the log. */
    private void assertItIsTold(KubernetesClient client) {
        await().atMost(LIMIT).untilAsserted(() -> assertThat(
                        client.v1().events().inNamespace("default").list().getItems())
                .filteredOn(event -> event.getReason().equals("NoAudio"))
                .singleElement()
                .extracting(event -> event.getInvolvedObject().getName())
                .isEqualTo("forgotten"));
        assertThat(counters.sample("aicc_sessions_stale_total")).isEqualTo(1);
        assertThat(lines.list())
                .filteredOn(line -> line.getMessage().equals("session ended: no audio for longer than its ttl"))
                .singleElement()
                .satisfies(line -> assertThat(line.getMDCPropertyMap()).containsEntry("call_id", "forgotten"));
    }

    private void start(Program operator, KubernetesClient own) throws Exception {
        Path key = Files.writeString(
                folder.resolve("control.pem"), ControlKey.generate().toPem());
        var unused = Operator.start(
                Map.of(
                        "AICC_NAMESPACE", "default",
                        "AICC_CONTROL_KEY_FILE", key.toString(),
                        "AICC_BIND_ADDRESS", "127.0.0.1",
                        "AICC_HEALTH_PORT", "0",
                        "AICC_METRICS_PORT", String.valueOf(counters.port())),
                own,
                operator);
    }

    private static void awaitWarm(KubernetesClient client) {
        var pool = client.resource(Serialization.unmarshal("""
                        apiVersion: aicc.io/v1alpha1
                        kind: WorkerPool
                        metadata: {name: default}
                        spec:
                          warm: {min: 1, max: 1, percent: 0}
                          limits: {sessionTtlSeconds: %d}
                          ports: {from: 20000, to: 20001, quarantineSeconds: 60} # Nobody takes the place of one that is lost.
                          worker: {image: played}
                          outputs:
                            - {name: none, url: "ws://receiver:8099/transcripts", clientId: test, secretRef: receiver}
                        """.formatted(TTL.toSeconds()), WorkerPool.class))
                .inNamespace("default");
        pool.create();
        await().atMost(LIMIT)
                .until(
                        () -> pool.get().getStatus(),
                        status -> status != null && Integer.valueOf(1).equals(status.warm()));
    }

    private static void create(KubernetesClient client, Instant now) {
        client.resource(Serialization.unmarshal("""
                        apiVersion: aicc.io/v1alpha1
                        kind: CallSession
                        metadata: {name: forgotten}
                        spec: {callId: forgotten, requestedAt: "%s"}
                        """.formatted(MicroTime.format(now)), CallSession.class))
                .inNamespace("default")
                .create();
    }

    /** The session's, once it has come that far. */
    private static CallSessionStatus status(KubernetesClient client, Phase phase) {
        return Objects.requireNonNull(await().atMost(LIMIT)
                .until(
                        () -> client.resources(CallSession.class)
                                .inNamespace("default")
                                .withName("forgotten")
                                .get()
                                .getStatus(),
                        status -> status != null
                                && status.phase() != null
                                && status.phase().compareTo(phase) >= 0));
    }

    private static KubernetesClient client(EmbeddedKubernetes api) {
        return new KubernetesClientBuilder()
                .withConfig(Config.fromKubeconfig(api.kubeconfig().toFile()))
                .build();
    }

    /** With limits that nobody would want, and a test can wait for. */
    private static void install(EmbeddedKubernetes api, String definition) throws Exception {
        try (InputStream in = Objects.requireNonNull(
                CallSession.class.getResourceAsStream("/crd/" + definition + ".yaml"), definition)) {
            String yaml =
                    new String(in.readAllBytes(), StandardCharsets.UTF_8).replace("minimum: 60.0", "minimum: 1.0");
            api.install(new ByteArrayInputStream(yaml.getBytes(StandardCharsets.UTF_8)));
        }
    }
}
