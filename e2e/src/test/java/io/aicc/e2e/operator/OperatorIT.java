package io.aicc.e2e.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.aicc.crd.CallSession;
import io.aicc.crd.CallSessionStatus;
import io.aicc.crd.Phase;
import io.aicc.crd.WorkerPool;
import io.aicc.crd.WorkerPoolStatus;
import io.aicc.crd.WorkerPoolStatus.PortCounts;
import io.aicc.e2e.kube.RealApiServer;
import io.aicc.e2e.kube.RealApiServerExtension;
import io.aicc.operator.Operator;
import io.aicc.operator.control.ControlKey;
import io.aicc.runtime.Program;
import io.aicc.wire.MicroTime;
import io.aicc.wire.control.CallAssignment;
import io.aicc.wire.control.WorkerReport.State;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The operator program, whole, on a real API server; only the workers behind the control channel are played. */
@ExtendWith(RealApiServerExtension.class)
class OperatorIT {
    private static final Path ROOT = Path.of(System.getProperty("aicc.root"));
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final RealApiServer server;
    private final KubernetesClient client;
    private final List<Program> programs = new ArrayList<>();
    private final List<AutoCloseable> open = new ArrayList<>();

    @TempDir
    private Path folder = Path.of("");

    private String namespace = "";
    private PlayedWorkers workers;

    OperatorIT(RealApiServer server) {
        this.server = server;
        this.client = server.client();
        this.namespace = server.newNamespace("operator");
        this.workers = new PlayedWorkers(client, namespace);
    }

    @BeforeEach
    void install() throws IOException {
        server.kubectl(
                        "apply",
                        "--server-side",
                        "-f",
                        ROOT.resolve("crds/src/main/resources/crd").toString())
                .orFail();
        server.kubectl("wait", "--for=condition=Established", "crd/callsessions.aicc.io", "crd/workerpools.aicc.io")
                .orFail();
        Files.writeString(folder.resolve("control.pem"), ControlKey.generate().toPem());
    }

    @AfterEach
    void stop() throws Exception {
        programs.forEach(Program::close);
        for (AutoCloseable closeable : open) {
            closeable.close();
        }
        workers.close();
    }

    @Test
    void aCallIsReadyThenActiveThenEndedAndItsPortsAreFree() throws Exception {
        pool("warm: {min: 2, max: 2}, ports: {from: 20000, to: 20007, quarantineSeconds: 1}");
        startOperator();
        awaitPool(pool -> Objects.equals(pool.warm(), 2));

        create("call-1", Instant.now());
        CallSession ready = awaitSession("call-1", Phase.Ready);
        CallSessionStatus status = Objects.requireNonNull(ready.getStatus());
        var endpoint = Objects.requireNonNull(status.mediaEndpoint());
        String pod = Objects.requireNonNull(status.worker()).pod();
        assertThat(endpoint.host()).startsWith("127.77.");
        assertThat(endpoint.customerPort()).isBetween(20_000, 20_006).matches(port -> port % 2 == 0);
        assertThat(endpoint.agentPort()).isEqualTo(endpoint.customerPort() + 1);
        assertThat(endpoint.generation()).isEqualTo(1);
        assertThat(condition(ready))
                .hasValueSatisfying(now -> assertThat(now.getStatus()).isEqualTo("True"));
        assertThat(workers.in(pod).call())
                .extracting(CallAssignment::callId, CallAssignment::customerNumber, CallAssignment::language)
                .containsExactly("pbx-call-1", "+82 2 1234 5678", "en-US");
        assertThat(server.kubectl("-n", namespace, "get", "callsessions").orFail())
                .containsPattern("call-1 +Ready +\\+82 2 1234 5678 +agent-7 +" + endpoint.customerPort() + " +" + pod);
        awaitPool(pool -> Objects.equals(pool.warm(), 2) && Objects.equals(pool.busy(), 1));

        workers.in(pod).says(State.ACTIVE);
        awaitSession("call-1", Phase.Active);

        Instant hungUp = hangUp("call-1");
        CallSession ended = awaitSession("call-1", Phase.Ended);
        assertThat(Objects.requireNonNull(ended.getStatus()).summary())
                .isEqualTo(new CallSessionStatus.Summary(4_000, 100, 90, 1, 2, 3, 7, 0, 120, "CustomerHangup"));
        awaitPool(pool -> Objects.equals(pool.warm(), 2)
                && Objects.equals(pool.busy(), 0)
                && new PortCounts(2, 2, 0).equals(pool.ports()));
        assertThat(Duration.between(hungUp, Instant.now())).isLessThan(Duration.ofSeconds(5));
        assertThat(client.pods().inNamespace(namespace).withName(pod).get()).isNull();
    }

    @Test
    void portsAreFreeWhileTheLastWordsAreStillDrained() throws Exception {
        pool("warm: {min: 1, max: 1}, ports: {from: 20000, to: 20003, quarantineSeconds: 0}");
        startOperator();
        create("call-1", Instant.now());
        String pod = worker(awaitSession("call-1", Phase.Ready));
        workers.in(pod).takesItsTime();
        hangUp("call-1");

        awaitSession("call-1", Phase.Ending);
        awaitPool(pool -> new PortCounts(1, 1, 0).equals(pool.ports()));
        workers.in(pod).says(State.DONE);
        awaitSession("call-1", Phase.Ended);
    }

    @Test
    void aCallThatFindsNoPortSaysSoAndFailsByItsDeadline() throws Exception {
        pool("warm: {min: 0, max: 1}, ports: {from: 20000, to: 20001}, limits: {readySeconds: 3}");
        startOperator();
        create("call-1", Instant.now());
        awaitSession("call-1", Phase.Ready);
        create("call-2", Instant.now());

        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(condition(session("call-2"))).hasValueSatisfying(now -> {
                    assertThat(now.getReason()).isEqualTo("PortsExhausted");
                    assertThat(now.getMessage())
                            .contains("1 leased, 0 in quarantine, 0 free", "20000-20001", "spec.ports");
                }));
        assertThat(awaitSession("call-2", Phase.Failed))
                .extracting(failed -> condition(failed).orElseThrow().getMessage())
                .asString()
                .startsWith("no worker within 3 s of requestedAt");
    }

    @Test
    void aCallThatWaitsForAPortGetsTheNextOne() throws Exception {
        pool("warm: {min: 0, max: 1}, ports: {from: 20000, to: 20001, quarantineSeconds: 1}");
        startOperator();
        create("call-1", Instant.now());
        awaitSession("call-1", Phase.Ready);
        create("call-2", Instant.now());
        await().atMost(LIMIT).until(() -> condition(session("call-2"))
                .filter(now -> now.getReason().equals("PortsExhausted"))
                .isPresent());
        hangUp("call-1");
        awaitSession("call-2", Phase.Ready);
    }

    @Test
    void anOperatorThatDiesInMidCallIsReplacedByOneThatAdoptsTheCall() throws Exception {
        pool("warm: {min: 1, max: 1}, ports: {from: 20000, to: 20007, quarantineSeconds: 1}");
        KubernetesClient doomed =
                client(); // Its connections break with it, as with kill -9: it can say goodbye to nobody.
        Program first = startOperator(doomed);
        create("call-1", Instant.now());
        CallSession ready = awaitSession("call-1", Phase.Ready);
        String pod = worker(ready);
        workers.in(pod).says(State.ACTIVE);
        awaitSession("call-1", Phase.Active);
        doomed.close();
        first.close();

        startOperator();
        create("call-2", Instant.now());
        assertThat(worker(awaitSession("call-2", Phase.Ready))).isNotEqualTo(pod);
        assertThat(session("call-1").getStatus())
                .extracting(CallSessionStatus::mediaEndpoint)
                .isEqualTo(Objects.requireNonNull(ready.getStatus()).mediaEndpoint());

        hangUp("call-1");
        assertThat(awaitSession("call-1", Phase.Ended).getStatus())
                .extracting(CallSessionStatus::summary)
                .hasFieldOrPropertyWithValue("customerPackets", 100L);
        await().atMost(LIMIT)
                .until(() -> client.pods().inNamespace(namespace).withName(pod).get() == null);
    }

    @Test
    void deletingALiveSessionEndsItsCallAndReclaimsItsWorker() throws Exception {
        pool("warm: {min: 1, max: 1}, ports: {from: 20000, to: 20007, quarantineSeconds: 0}");
        startOperator();
        create("call-1", Instant.now());
        String pod = worker(awaitSession("call-1", Phase.Ready));

        assertThat(server.kubectl("-n", namespace, "delete", "callsession", "call-1", "--timeout=5s")
                        .exitCode())
                .isZero();
        await().atMost(LIMIT)
                .until(() -> client.pods().inNamespace(namespace).withName(pod).get() == null);
        awaitPool(pool -> Objects.equals(pool.busy(), 0) && new PortCounts(3, 1, 0).equals(pool.ports()));
    }

    @Test
    void aLostPodIsReplacedInMidCallAndTheTapIsToldByTheGeneration() throws Exception {
        pool("warm: {min: 1, max: 1}, ports: {from: 20000, to: 20007, quarantineSeconds: 0}");
        startOperator();
        create("call-1", Instant.now());
        CallSession before = awaitSession("call-1", Phase.Ready);
        client.pods().inNamespace(namespace).withName(worker(before)).delete();

        await().atMost(LIMIT).untilAsserted(() -> assertThat(session("call-1").getStatus())
                .extracting(CallSessionStatus::mediaEndpoint)
                .hasFieldOrPropertyWithValue("generation", 2));
        CallSession after = session("call-1");
        assertThat(worker(after)).isNotEqualTo(worker(before));
        assertThat(condition(after))
                .hasValueSatisfying(now -> assertThat(now.getReason()).isEqualTo("WorkerReplaced"));
        assertThat(workers.in(worker(after)).call())
                .hasFieldOrPropertyWithValue("generation", 2)
                .extracting(CallAssignment::readyAt)
                .isEqualTo(readyAt(before));
    }

    @Test
    void aWorkerRestartedInPlaceIsHandedItsCallAgain() throws Exception {
        pool("warm: {min: 1, max: 1}");
        startOperator();
        create("call-1", Instant.now());
        CallSession ready = awaitSession("call-1", Phase.Ready);
        PlayedWorker worker = workers.in(worker(ready));
        worker.forgets();

        await().atMost(LIMIT).until(() -> worker.call() != null);
        assertThat(session("call-1").getStatus())
                .extracting(CallSessionStatus::mediaEndpoint)
                .isEqualTo(Objects.requireNonNull(ready.getStatus()).mediaEndpoint());
    }

    @Test
    void newMediaSourcesReachTheWorker() throws Exception {
        pool("warm: {min: 1, max: 1}");
        startOperator();
        create("call-1", Instant.now());
        PlayedWorker worker = workers.in(worker(awaitSession("call-1", Phase.Ready)));
        patch("call-1", "{\"spec\":{\"mediaSources\":{\"customer\":\"10.0.0.9:4000\"}}}");

        await().atMost(LIMIT).untilAsserted(() -> assertThat(worker.call())
                .hasFieldOrPropertyWithValue("customerSource", "10.0.0.9:4000"));
    }

    @Test
    void healthAndMetricsTellTheTruth() throws Exception {
        pool("warm: {min: 1, max: 1}");
        int health = freePort();
        int metrics = freePort();
        startOperator(client, health, metrics);
        create("call-1", Instant.now());
        awaitSession("call-1", Phase.Ready);
        hangUp("call-1");
        awaitSession("call-1", Phase.Ended);

        assertThat(get(health, "/health/ready")).contains("\"status\":\"up\"", "leader", "watching");
        await().atMost(LIMIT).untilAsserted(() -> assertThat(get(metrics, "/metrics"))
                .contains(
                        "aicc_calls_total{status=\"ended\"} 1.0",
                        "aicc_calls_total{status=\"failed\"} 0.0",
                        "aicc_udp_packets_total{stream=\"customer\"} 100.0",
                        "aicc_udp_dropped_total{reason=\"source\"} 3.0",
                        "aicc_call_duration_seconds_count 1",
                        "aicc_claim_seconds_count 1",
                        "aicc_reclaim_seconds_count 1",
                        "aicc_active_calls 0.0",
                        "aicc_port_pool_available"));
    }

    private void pool(String fields) {
        String yaml = """
                apiVersion: aicc.io/v1alpha1
                kind: WorkerPool
                metadata: {name: default}
                spec:
                  worker: {image: "aicc/call-worker:test"}
                  outputs:
                    - {name: demo, url: "ws://receiver:8099/transcripts", clientId: aicc, secretRef: receiver}
                  %s
                """.formatted(fields.replace("}, ", "}\n  "));
        client.resource(Serialization.unmarshal(yaml, WorkerPool.class))
                .inNamespace(namespace)
                .create();
    }

    private void create(String name, Instant requestedAt) {
        CallSession session =
                Serialization.unmarshal("""
                apiVersion: aicc.io/v1alpha1
                kind: CallSession
                metadata: {name: %1$s}
                spec:
                  callId: pbx-%1$s
                  customerNumber: "+82 2 1234 5678"
                  agentId: agent-7
                  requestedAt: "%2$s"
                """.formatted(name, MicroTime.format(requestedAt)), CallSession.class);
        client.resource(session).inNamespace(namespace).create();
    }

    private Instant hangUp(String name) {
        Instant now = Instant.now();
        patch(
                name,
                "{\"spec\":{\"ended\":{\"at\":\"%s\",\"reason\":\"CustomerHangup\"}}}"
                        .formatted(MicroTime.format(now)));
        return now;
    }

    private void patch(String name, String merge) {
        resource(name).patch(PatchContext.of(PatchType.JSON_MERGE), merge);
    }

    private Resource<CallSession> resource(String name) {
        return client.resources(CallSession.class).inNamespace(namespace).withName(name);
    }

    private CallSession session(String name) {
        return Objects.requireNonNull(resource(name).get(), () -> "session " + name + " does not exist");
    }

    private CallSession awaitSession(String name, Phase phase) {
        await(name + " to be " + phase).atMost(LIMIT).until(() -> {
            CallSessionStatus status = session(name).getStatus();
            return status != null && status.phase() == phase;
        });
        return session(name);
    }

    private void awaitPool(Predicate<WorkerPoolStatus> expected) {
        Resource<WorkerPool> pool =
                client.resources(WorkerPool.class).inNamespace(namespace).withName("default");
        await("the pool's status")
                .atMost(LIMIT)
                .until(() -> pool.get().getStatus(), status -> status != null && expected.test(status));
    }

    private static Optional<Condition> condition(CallSession session) {
        CallSessionStatus status = session.getStatus();
        return status == null || status.conditions() == null
                ? Optional.empty()
                : status.conditions().stream()
                        .filter(condition -> condition.getType().equals("Ready"))
                        .findFirst();
    }

    private static String readyAt(CallSession session) {
        var times = Objects.requireNonNull(session.getStatus()).times();
        return Objects.requireNonNull(Objects.requireNonNull(times).ready());
    }

    private static String worker(CallSession session) {
        return Objects.requireNonNull(
                        Objects.requireNonNull(session.getStatus()).worker())
                .pod();
    }

    private KubernetesClient client() {
        KubernetesClient own = new KubernetesClientBuilder()
                .withConfig(Config.fromKubeconfig(server.kubeconfig().toFile()))
                .build();
        open.add(own);
        return own;
    }

    private void startOperator() throws Exception {
        var unused = startOperator(client());
    }

    private Program startOperator(KubernetesClient own) throws Exception {
        return startOperator(own, 0, 0);
    }

    private Program startOperator(KubernetesClient own, int health, int metrics) throws Exception {
        Program program = new Program("operator under test");
        programs.add(program);
        var unused = Operator.start(
                Map.of(
                        "AICC_NAMESPACE",
                        namespace,
                        "AICC_CONTROL_KEY_FILE",
                        folder.resolve("control.pem").toString(),
                        "AICC_BIND_ADDRESS",
                        "127.0.0.1",
                        "AICC_HEALTH_PORT",
                        String.valueOf(health),
                        "AICC_METRICS_PORT",
                        String.valueOf(metrics),
                        "AICC_LEASE_SECONDS",
                        "4",
                        "AICC_LEASE_RENEW_SECONDS",
                        "3",
                        "AICC_LEASE_RETRY_SECONDS",
                        "1"),
                own,
                program);
        return program;
    }

    private static String get(int port, String path) throws IOException, InterruptedException {
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(
                            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                                    .build(),
                            BodyHandlers.ofString())
                    .body();
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
