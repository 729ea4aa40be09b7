package io.aicc.e2e.operator;

import static org.awaitility.Awaitility.await;

import io.aicc.crd.CallSession;
import io.aicc.crd.CallSessionStatus;
import io.aicc.crd.Phase;
import io.aicc.crd.WorkerPool;
import io.aicc.crd.WorkerPoolStatus;
import io.aicc.demo.played.PlayedWorkers;
import io.aicc.e2e.kube.RealApiServer;
import io.aicc.operator.Operator;
import io.aicc.operator.control.ControlKey;
import io.aicc.operator.kube.Connection;
import io.aicc.runtime.Program;
import io.aicc.wire.MicroTime;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.http.Interceptor;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.awaitility.Awaitility;

/** A namespace of the real API server with played workers, in which operator programs are started, and killed. */
final class OperatorRig implements AutoCloseable {
    static final Duration LIMIT = Duration.ofSeconds(60);
    private static final PatchContext MERGE = PatchContext.of(PatchType.JSON_MERGE);

    /**
     * For an operator that is one of several, or has to stop when its Lease has run out. The others lead without one: on a busy machine a Lease as
     * short as a test wants it is lost without any fault.
     */
    static final Map<String, String> ELECTED = Map.of(
            "AICC_LEADER_ELECTION", "true",
            "AICC_LEASE_SECONDS", "4",
            "AICC_LEASE_RENEW_SECONDS", "3",
            "AICC_LEASE_RETRY_SECONDS", "1");

    private final RealApiServer server;
    private final KubernetesClient client;
    private final Path controlKey;
    private final String namespace;
    private final PlayedWorkers workers;
    private final List<Program> programs = new CopyOnWriteArrayList<>();
    private final List<AutoCloseable> open = new CopyOnWriteArrayList<>();
    private volatile boolean closed;

    OperatorRig(RealApiServer server) {
        Awaitility
                .doNotCatchUncaughtExceptionsByDefault(); // Those of tests beside this one, whose operators are killed.
        this.server = server;
        this.client = server.client();
        server.installDefinitions();
        namespace = server.newNamespace("operator");
        controlKey = writeControlKey();
        workers = new PlayedWorkers(client, namespace);
    }

    private static Path writeControlKey() {
        try {
            return Files.writeString(
                    Files.createTempFile("aicc-control-", ".pem"),
                    ControlKey.generate().toPem());
        } catch (IOException e) {
            throw new UncheckedIOException("the operator's key", e);
        }
    }

    /** Again does nothing. */
    @Override
    public void close() throws Exception {
        if (closed) {
            return;
        }
        closed = true;
        programs.forEach(Program::close);
        for (AutoCloseable closeable : open) {
            closeable.close();
        }
        workers.close();
        Files.delete(controlKey);
    }

    String namespace() {
        return namespace;
    }

    KubernetesClient client() {
        return client;
    }

    /** The key that signs the operators' orders. */
    ControlKey controlKey() throws IOException {
        return ControlKey.read(controlKey);
    }

    RealApiServer server() {
        return server;
    }

    PlayedWorkers workers() {
        return workers;
    }

    /** A client of its own: connections of a program that was killed break with it. */
    KubernetesClient newClient() {
        return newClient(new Interceptor() {});
    }

    KubernetesClient newClient(Interceptor inTheWay) {
        KubernetesClient own = new KubernetesClientBuilder()
                .withConfig(Config.fromKubeconfig(server.kubeconfig().toFile()))
                .withHttpClientBuilderConsumer(http -> http.addOrReplaceInterceptor("test", inTheWay))
                .build();
        open.add(own);
        return own;
    }

    /** The same over another way to the server. */
    KubernetesClient newClientAt(int port) {
        return newClientAt(port, new Interceptor() {});
    }

    KubernetesClient newClientAt(int port, Interceptor inTheWay) {
        Config config = Config.fromKubeconfig(server.kubeconfig().toFile());
        config.setMasterUrl("https://127.0.0.1:" + port);
        KubernetesClient own = new KubernetesClientBuilder()
                .withConfig(Connection.patient(config))
                .withHttpClientBuilderConsumer(http -> http.addOrReplaceInterceptor("test", inTheWay))
                .build();
        open.add(own);
        return own;
    }

    /** Starts the operator program, and again with another client whenever it ends, as a Deployment would. */
    void keepOperator(Supplier<KubernetesClient> clients) {
        Thread.ofVirtual().name("deployment").start(() -> {
            try {
                while (!closed) {
                    CountDownLatch ended = new CountDownLatch(1);
                    Program program = new Program("operator under test");
                    program.add("deployment", ended::countDown);
                    start(program, clients.get(), ELECTED);
                    ended.await();
                }
            } catch (Exception e) {
                throw new IllegalStateException("the operator does not start", e);
            }
        });
    }

    /** Starts the operator program. */
    void startOperator() throws Exception {
        var unused = startOperator(newClient(), Map.of());
    }

    /**
     * Starts it with a client of the test's own.
     *
     * @param settings beyond what every test needs
     */
    Program startOperator(KubernetesClient own, Map<String, String> settings) throws Exception {
        Program program = new Program("operator under test");
        start(program, own, settings);
        return program;
    }

    private void start(Program program, KubernetesClient own, Map<String, String> settings) throws Exception {
        Map<String, String> environment = new HashMap<>(Map.of(
                "AICC_NAMESPACE",
                namespace,
                "AICC_CONTROL_KEY_FILE",
                controlKey.toString(),
                "AICC_BIND_ADDRESS",
                "127.0.0.1",
                "AICC_HEALTH_PORT",
                "0",
                "AICC_METRICS_PORT",
                "0",
                "AICC_LEADER_ELECTION",
                "false"));
        environment.putAll(settings);
        programs.add(program);
        var unused = Operator.start(environment, own, program);
    }

    void pool(String fields) {
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

    /** Pods of the pool say so when they have a call. */
    void markLiveCalls() {
        client.resources(WorkerPool.class)
                .inNamespace(namespace)
                .withName("default")
                .patch(
                        PatchContext.of(PatchType.JSON_MERGE),
                        "{\"spec\": {\"worker\": {\"scheduling\": {\"markLiveCalls\": true}}}}");
    }

    void create(String name, Instant requestedAt) {
        create(name, "pbx-" + name, requestedAt);
    }

    void create(String name, String callId, Instant requestedAt) {
        CallSession session =
                Serialization.unmarshal("""
                apiVersion: aicc.io/v1alpha1
                kind: CallSession
                metadata: {name: %1$s}
                spec:
                  callId: %3$s
                  customerNumber: "+82 2 1234 5678"
                  agentId: agent-7
                  requestedAt: "%2$s"
                """.formatted(name, MicroTime.format(requestedAt), callId), CallSession.class);
        client.resource(session).inNamespace(namespace).create();
    }

    Instant hangUp(String name) {
        Instant now = Instant.now();
        patch(
                name,
                "{\"spec\":{\"ended\":{\"at\":\"%s\",\"reason\":\"CustomerHangup\"}}}"
                        .formatted(MicroTime.format(now)));
        return now;
    }

    void patch(String name, String merge) {
        resource(name).patch(MERGE, merge);
    }

    /** As whoever has the right to: {@code null} wipes it. */
    void patchStatus(String name, String merge) {
        resource(name).subresource("status").patch(MERGE, "{\"status\": %s}".formatted(merge));
    }

    Resource<CallSession> resource(String name) {
        return client.resources(CallSession.class).inNamespace(namespace).withName(name);
    }

    CallSession session(String name) {
        return Objects.requireNonNull(resource(name).get(), () -> "session " + name + " does not exist");
    }

    CallSession awaitSession(String name, Phase phase) {
        return awaitSession(name, phase::equals);
    }

    CallSession awaitSession(String name, Predicate<Phase> expected) {
        await(name).atMost(LIMIT).until(() -> {
            CallSessionStatus status = session(name).getStatus();
            return status != null && status.phase() != null && expected.test(status.phase());
        });
        return session(name);
    }

    /** The session's status once it is with so many workers. */
    CallSessionStatus awaitGeneration(String name, int generation) {
        return Objects.requireNonNull(await(name)
                .atMost(LIMIT)
                .until(
                        () -> session(name).getStatus(),
                        status -> status != null
                                && status.mediaEndpoint() != null
                                && status.mediaEndpoint().generation() == generation));
    }

    void awaitReason(String name, String reason) {
        await(name + ": " + reason).atMost(LIMIT).until(() -> condition(session(name))
                .filter(now -> now.getReason().equals(reason))
                .isPresent());
    }

    /** Names of all pods there are. */
    List<String> pods() {
        return client.pods().inNamespace(namespace).list().getItems().stream()
                .map(pod -> pod.getMetadata().getName())
                .sorted()
                .toList();
    }

    void awaitPool(Predicate<WorkerPoolStatus> expected) {
        Resource<WorkerPool> pool =
                client.resources(WorkerPool.class).inNamespace(namespace).withName("default");
        await("the pool's status")
                .atMost(LIMIT)
                .until(() -> pool.get().getStatus(), status -> status != null && expected.test(status));
    }

    static Optional<Condition> condition(CallSession session) {
        CallSessionStatus status = session.getStatus();
        return status == null || status.conditions() == null
                ? Optional.empty()
                : status.conditions().stream()
                        .filter(condition -> condition.getType().equals("Ready"))
                        .findFirst();
    }

    static String readyAt(CallSession session) {
        var times = Objects.requireNonNull(session.getStatus()).times();
        return Objects.requireNonNull(Objects.requireNonNull(times).ready());
    }

    static String worker(CallSession session) {
        return Objects.requireNonNull(
                        Objects.requireNonNull(session.getStatus()).worker())
                .pod();
    }
}
