package io.aicc.e2e.pbx;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.aicc.crd.CallSession;
import io.aicc.crd.CallSessionSpec.CallEvent;
import io.aicc.crd.CallSessionSpec.EndMark;
import io.aicc.crd.CallSessionSpec.MediaSources;
import io.aicc.demo.api.EmbeddedKubernetes;
import io.aicc.demo.pbx.AsteriskProcess;
import io.aicc.e2e.kube.RealApiServer;
import io.aicc.operator.ari.AriController;
import io.aicc.runtime.Program;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.io.InputStream;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A real Asterisk with a dialplan of the tests', a Kubernetes API in this process, somebody who listens at the address of every
 * session, and the ARI controller between them, to be started and killed.
 */
final class PbxRig implements AutoCloseable {
    static final Duration LIMIT = Duration.ofSeconds(20);

    private static final Path DEFINITIONS = Asterisk.PROJECT.resolve("crds/src/main/resources/crd");

    private final AsteriskProcess asterisk;
    private final Cluster cluster;
    private final KubernetesClient client;
    private final ListeningWorkers workers;
    private final int managerPort;
    private final Ari ari;
    private final AtomicInteger numbers = new AtomicInteger(1_000);
    private Manager manager;
    private final List<Controller> controllers = new ArrayList<>();

    /** A running controller program with a client of its own. */
    record Controller(Program program, KubernetesClient client, int health, int metrics) {
        void stop() {
            program.close();
            client.close();
        }

        boolean ready() throws IOException, InterruptedException {
            return get(health, "/health/ready").statusCode() == 200;
        }

        void awaitReady() {
            await().atMost(LIMIT).until(this::ready);
        }

        String says() throws IOException, InterruptedException {
            return get(health, "/health/ready").body();
        }

        /** Value of a metric, by its name and labels as Prometheus shows them; 0 when it is not there. */
        double metric(String sample) throws IOException, InterruptedException {
            return get(metrics, "/metrics")
                    .body()
                    .lines()
                    .filter(line -> line.startsWith(sample + " "))
                    .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                    .sum();
        }

        private static HttpResponse<String> get(int port, String path) throws IOException, InterruptedException {
            URI url = URI.create("http://127.0.0.1:" + port + path);
            try (HttpClient http = HttpClient.newHttpClient()) {
                return http.send(HttpRequest.newBuilder(url).build(), HttpResponse.BodyHandlers.ofString());
            }
        }
    }

    /**
     * Where the sessions are.
     *
     * @param end what is to be closed with the rig
     */
    record Cluster(Path kubeconfig, String namespace, AutoCloseable end) {
        /** A Kubernetes API in this process. */
        static Cluster embedded(Path folder) throws Exception {
            EmbeddedKubernetes kubernetes = EmbeddedKubernetes.start(folder.resolve("kubeconfig"));
            for (String definition : new String[] {"callsessions.aicc.io.yaml", "workerpools.aicc.io.yaml"}) {
                try (InputStream yaml = Files.newInputStream(DEFINITIONS.resolve(definition))) {
                    kubernetes.install(yaml);
                }
            }
            return new Cluster(kubernetes.kubeconfig(), "default", kubernetes);
        }

        /** A namespace of a real API server's. */
        static Cluster real(RealApiServer server) {
            server.installDefinitions();
            return new Cluster(server.kubeconfig(), server.newNamespace("pbx"), () -> {});
        }

        KubernetesClient newClient() {
            return new KubernetesClientBuilder()
                    .withConfig(Config.fromKubeconfig(kubeconfig.toFile()))
                    .build();
        }
    }

    /**
     * With a Kubernetes API in this process.
     *
     * @param folder for the kubeconfig
     * @param additions to Asterisk's configuration
     */
    PbxRig(Path folder, Map<String, String> additions) throws Exception {
        this(Cluster.embedded(folder), additions);
    }

    /** @param additions to Asterisk's configuration */
    PbxRig(Cluster cluster, Map<String, String> additions) throws Exception {
        this.cluster = cluster;
        managerPort = freePort();
        Map<String, String> all = new HashMap<>(additions);
        all.put("manager.conf", Manager.configuration(managerPort));
        all.merge("extensions.conf", resource("calls.conf"), (given, calls) -> given + "\n" + calls);
        all.put("features.conf", resource("features.conf"));
        all.put("modules.conf", "load = app_bridgeaddchan.so\nload = app_confbridge.so\nload = app_senddtmf.so");
        all.put("confbridge.conf", "[general]");
        asterisk = Asterisk.start(all);
        manager = new Manager(managerPort);
        ari = new Ari(asterisk);
        client = cluster.newClient();
        workers = new ListeningWorkers(client, cluster.namespace());
    }

    AsteriskProcess asterisk() {
        return asterisk;
    }

    Manager manager() {
        return manager;
    }

    ListeningWorkers workers() {
        return workers;
    }

    Cluster cluster() {
        return cluster;
    }

    /** Starts the controller program in this process. */
    Controller startController(Map<String, String> settings) throws Exception {
        return startController(settings, InstantSource.system());
    }

    /** The same with another clock on its wall. */
    Controller startController(Map<String, String> settings, InstantSource clock) throws Exception {
        int health = freePort();
        int metrics = freePort();
        Map<String, String> environment = new HashMap<>(Map.of(
                "ARI_URL",
                asterisk.ari().toString(),
                "ARI_USERNAME",
                AsteriskProcess.USER,
                "ARI_PASSWORD",
                asterisk.password().reveal(),
                "AICC_NAMESPACE",
                cluster.namespace(),
                "AICC_LEADER_ELECTION",
                "false",
                "AICC_ARI_SNAPSHOT_SECONDS",
                "2",
                "AICC_BIND_ADDRESS",
                "127.0.0.1",
                "AICC_HEALTH_PORT",
                Integer.toString(health),
                "AICC_METRICS_PORT",
                Integer.toString(metrics)));
        environment.putAll(settings);
        Program program = new Program("ari-controller");
        KubernetesClient own = cluster.newClient();
        AriController.start(environment, own, clock, program);
        Controller controller = new Controller(program, own, health, metrics);
        controllers.add(controller);
        return controller;
    }

    /**
     * Somebody calls.
     *
     * @param exten of the context {@code customers} in calls.conf
     * @return name of the session that the call should have
     */
    String call(String exten) throws IOException {
        String callId = exten + "-" + numbers.incrementAndGet();
        originate("Local/call-" + exten + "@customers/n", callId);
        return "pbx-" + callId;
    }

    /** Calls from a Local channel, one half of which speaks. */
    void originate(String channel, String callId) throws IOException {
        manager.action(
                "Originate",
                "Channel: " + channel,
                "Application: Playback",
                "Data: demo-instruct",
                "CallerID: <1555010" + numbers + ">",
                "Variable: __CALL=" + callId,
                "Async: true");
    }

    /** A session whose call id begins so and has that in it; null when there is none. */
    @Nullable
    CallSession sessionOf(String begins, String has) {
        return client.resources(CallSession.class).inNamespace(cluster.namespace()).list().getItems().stream()
                .filter(session -> session.getSpec().callId().startsWith(begins)
                        && session.getSpec().callId().contains(has))
                .findFirst()
                .orElse(null);
    }

    /** The session, as soon as it is as wanted. */
    CallSession session(String name, Predicate<CallSession> wanted) {
        return Objects.requireNonNull(await().pollInterval(Duration.ofMillis(20))
                .atMost(LIMIT)
                .until(() -> workers.session(name), found -> found != null && wanted.test(found)));
    }

    /** The session, as soon as somebody has answered and is heard. */
    CallSession talking(String name) {
        return session(
                name,
                found -> sources(found).agent() != null
                        && workers.serve(name)
                        && workers.of(name).agent().spoken() > 0);
    }

    static MediaSources sources(CallSession session) {
        return Objects.requireNonNullElse(session.getSpec().mediaSources(), new MediaSources(null, null));
    }

    /** Name of the session of the only call there is, as soon as there is one. */
    String onlySession() {
        return await().pollInterval(Duration.ofMillis(20))
                .atMost(LIMIT)
                .until(this::live, names -> names.size() == 1)
                .getFirst();
    }

    /** Names of all sessions whose call is not over. */
    List<String> live() {
        return client.resources(CallSession.class).inNamespace(cluster.namespace()).list().getItems().stream()
                .filter(session -> session.getSpec().ended() == null)
                .map(session -> session.getMetadata().getName())
                .toList();
    }

    /** The session once its call is over. */
    CallSession ended(String name) {
        return session(name, session -> session.getSpec().ended() != null);
    }

    static String reason(CallSession session) {
        EndMark mark = session.getSpec().ended();
        return mark == null ? "" : mark.reason();
    }

    static List<CallEvent> events(CallSession session) {
        return Objects.requireNonNullElse(session.getSpec().callEvents(), List.of());
    }

    /** The one customer there is hangs up. */
    void hangUpCustomer() throws IOException, InterruptedException {
        hangUp("Local/call-");
    }

    /** The phone at the far end of a Local channel hangs up. */
    void hangUp(String channel) throws IOException, InterruptedException {
        String half = channel.contains("@phones") ? ";2" : ";1";
        manager.action("Hangup", "Channel: " + channelName(channel, half));
    }

    /** All phones hang up whose channels' names begin so. */
    void hangUpAll(String prefix) throws IOException, InterruptedException {
        for (JsonNode channel : ari.get("channels")) {
            String name = channel.path("name").asText();
            if (name.startsWith(prefix)) {
                asterisk.cli("channel request hangup " + name);
            }
        }
    }

    /** The whole name of the channel whose name begins and ends so. */
    String channelName(String prefix, String suffix) throws IOException, InterruptedException {
        for (JsonNode channel : ari.get("channels")) {
            String name = channel.path("name").asText();
            if (name.startsWith(prefix) && name.endsWith(suffix)) {
                return name;
            }
        }
        throw new IOException("no channel " + prefix + "…" + suffix + ": " + everything());
    }

    /** A channel whose name begins so, as ARI shows it. */
    Optional<JsonNode> channel(String prefix) throws IOException, InterruptedException {
        for (JsonNode channel : ari.get("channels")) {
            if (channel.path("name").asText().startsWith(prefix)) {
                return Optional.of(channel);
            }
        }
        return Optional.empty();
    }

    /** Ids of all channels and bridges there are. */
    List<String> everything() throws IOException, InterruptedException {
        List<String> ids = new ArrayList<>();
        for (String kind : new String[] {"channels", "bridges"}) {
            ari.get(kind)
                    .forEach(object -> ids.add(object.path("id").asText() + " "
                            + object.path("name").asText()));
        }
        return ids;
    }

    /** Of our making. */
    List<String> taps() throws IOException, InterruptedException {
        return everything().stream().filter(id -> id.startsWith("aicc-")).toList();
    }

    void stopControllers() {
        controllers.forEach(Controller::stop);
        controllers.clear();
    }

    /** As kill −9 does, and another process in its place. */
    void restartAsterisk() throws IOException, InterruptedException {
        manager.close();
        asterisk.kill();
        asterisk.startAgain();
        manager = new Manager(managerPort);
    }

    /** Something that no call has. */
    void makeBridge(String id) throws IOException, InterruptedException {
        ari.send("POST", "bridges/" + id + "?type=mixing");
    }

    void removeBridge(String id) throws IOException, InterruptedException {
        ari.send("DELETE", "bridges/" + id);
    }

    @Override
    public void close() throws Exception {
        stopControllers();
        workers.close();
        client.close();
        cluster.end().close();
        ari.close();
        manager.close();
        asterisk.close();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private static String resource(String name) throws IOException {
        try (InputStream in = Objects.requireNonNull(PbxRig.class.getResourceAsStream(name), name)) {
            return new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        }
    }
}
