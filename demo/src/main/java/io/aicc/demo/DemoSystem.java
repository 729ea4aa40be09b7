package io.aicc.demo;

import io.aicc.crd.CallSession;
import io.aicc.crd.WorkerPool;
import io.aicc.crd.WorkerPoolSpec;
import io.aicc.crd.WorkerPoolStatus;
import io.aicc.demo.api.EmbeddedKubernetes;
import io.aicc.demo.pbx.AsteriskFiles;
import io.aicc.demo.player.CallPlayer;
import io.aicc.demo.player.Damage;
import io.aicc.demo.pod.LocalKubelet;
import io.aicc.demo.receiver.TranscriptReceiver;
import io.aicc.demo.receiver.Transcripts;
import io.aicc.operator.port.PortRange;
import io.aicc.runtime.Program;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * The whole system on one machine: Kubernetes API, pods as processes, the operator, a receiver, one pool. Built in order, each
 * part stopped in reverse.
 */
public final class DemoSystem implements AutoCloseable {
    static final String NAMESPACE = "default";
    static final String CLIENT_ID = "aicc-demo";

    /** The operator sets this one, from the pool's engine. */
    private static final String ENGINE = "AICC_STT_ENGINE";

    private static final String REHEARSED = "\"rehearsal\":{\"up\":true,\"detail\":\"over\"}";
    private static final Duration POOL_LIMIT = Duration.ofSeconds(60);
    private static final Duration POOL_LIMIT_PER_WORKER = Duration.ofSeconds(5);
    private final Program parts = new Program("demo");
    private final Path directory;
    private final Keys keys;
    private final KubernetesClient client;
    private final TranscriptReceiver receiver;
    private final OperatorProcess operator;

    /**
     * Starts everything but the pool.
     *
     * @param directory for kubeconfig, keys and logs; made if need be
     * @param pagePort port of the receiver and its page; 0: any free one
     */
    public DemoSystem(Path directory, int pagePort) throws IOException {
        this(directory, pagePort, JavaProgram::worker);
    }

    /** @param worker makes the command that runs in place of a worker's image, a new one for each */
    public DemoSystem(Path directory, int pagePort, Supplier<ProcessBuilder> worker) throws IOException {
        this.directory = directory.toAbsolutePath();
        Files.createDirectories(
                this.directory.resolve("logs"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        try {
            keys = Keys.make(this.directory);
            EmbeddedKubernetes api =
                    parts.add("kubernetes api", EmbeddedKubernetes.start(this.directory.resolve("kubeconfig")));
            api.install(CallSession.class, WorkerPool.class);
            client = parts.add("client", api.client());
            receiver = parts.add(
                    "receiver",
                    new TranscriptReceiver(
                            pagePort, keys.receiverKey(), new Transcripts(Clock.systemUTC()), Clock.systemUTC()));
            receiver.start();
            LocalKubelet kubelet = parts.add("kubelet", new LocalKubelet(client, this.directory, pod -> worker.get()));
            api.serveLogs(kubelet);
            operator = parts.add(
                    "operator",
                    new OperatorProcess(
                            api.kubeconfig(),
                            NAMESPACE,
                            keys.controlKey(),
                            this.directory.resolve("logs/operator.log")));
        } catch (IOException | RuntimeException e) {
            parts.close();
            throw e;
        }
    }

    /** Starts workers and waits until they are warm. */
    public void startPool(PoolSize size, Map<String, String> workerSettings) throws IOException, InterruptedException {
        createReceiverSecret();
        client.resource(pool(size, workerSettings)).create();
        Duration limit = POOL_LIMIT.plus(POOL_LIMIT_PER_WORKER.multipliedBy(size.warm()));
        long deadline = System.nanoTime() + limit.toNanos();
        while (!operator.ready() || warm() < size.warm()) {
            if (!operator.alive()) {
                throw new IOException("the operator ended; its last words: " + lastWords("operator.log"));
            }
            if (System.nanoTime() > deadline) {
                throw new IOException("only " + warm() + " of " + size.warm() + " workers are ready after "
                        + limit.toSeconds() + " s; logs are in " + directory.resolve("logs"));
            }
            Thread.sleep(50);
        }
    }

    /** Waits until the workers have rehearsed too; they are ready before, and would begin their first words more slowly. */
    void awaitRehearsals() throws InterruptedException {
        long deadline = System.nanoTime() + POOL_LIMIT.toNanos();
        for (Pod worker : client.pods().inNamespace(NAMESPACE).list().getItems()) {
            URI health = URI.create("http://" + worker.getStatus().getPodIP() + ":8080/health/ready");
            while (!says(health, REHEARSED) && System.nanoTime() < deadline) {
                Thread.sleep(50);
            }
        }
    }

    private static boolean says(URI address, String part) {
        try (InputStream answer = address.toURL().openStream()) {
            return new String(answer.readAllBytes(), StandardCharsets.UTF_8).contains(part);
        } catch (IOException e) {
            return false; // not ready any more: the operator sees to that
        }
    }

    /**
     * How large the pool is.
     *
     * @param warm idle workers wanted
     * @param max workers at once
     * @param ports that pairs are leased from
     */
    public record PoolSize(int warm, int max, PortRange ports) {
        /** With every pair there is. */
        public PoolSize(int warm, int max) {
            this(warm, max, PortRange.ALL);
        }
    }

    public KubernetesClient client() {
        return client;
    }

    public Path kubeconfig() {
        return directory.resolve("kubeconfig");
    }

    public Path logs() {
        return directory.resolve("logs");
    }

    public TranscriptReceiver receiver() {
        return receiver;
    }

    public OperatorProcess operator() {
        return operator;
    }

    /** Starts a PBX for that many agents, and the controller that listens to it. */
    DemoPbx startPbx(AsteriskFiles files, int agents) throws IOException, InterruptedException {
        return parts.add("pbx", new DemoPbx(this, files, agents));
    }

    /** Places calls here. */
    public CallPlayer player() {
        return player(Damage.NONE);
    }

    /** Places calls here, over a network that damages their packets. */
    CallPlayer player(Damage damage) {
        return new CallPlayer(client, NAMESPACE, damage, Clock.systemUTC());
    }

    @Override
    public void close() {
        parts.close();
    }

    /**
     * To be asked before anything that takes time: nothing else that the demo needs may be somebody else's.
     *
     * @throws IOException when the page cannot have that port; the message says what to do
     */
    static void requirePagePort(int pagePort) throws IOException {
        try (ServerSocket probe = new ServerSocket()) {
            probe.setReuseAddress(true);
            probe.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), pagePort));
        } catch (IOException e) {
            throw new IOException(
                    "port %d of the page is not free (%s); is another demo running? --page-port N takes another, 0 any"
                            .formatted(pagePort, e.getMessage()),
                    e);
        }
    }

    private void createReceiverSecret() {
        client.resource(new SecretBuilder()
                        .withNewMetadata()
                        .withName("receiver")
                        .withNamespace(NAMESPACE)
                        .endMetadata()
                        .withType("Opaque")
                        .addToData(
                                "jwt-key",
                                Base64.getEncoder()
                                        .encodeToString(keys.receiverKey().getEncoded()))
                        .build())
                .create();
    }

    private WorkerPool pool(PoolSize size, Map<String, String> settings) {
        WorkerPool pool = new WorkerPool();
        pool.setMetadata(new ObjectMetaBuilder()
                .withName("default")
                .withNamespace(NAMESPACE)
                .build());
        List<WorkerPoolSpec.Setting> worker = settings.entrySet().stream()
                .filter(setting -> !setting.getKey().equals(ENGINE))
                .map(setting -> new WorkerPoolSpec.Setting(setting.getKey(), setting.getValue()))
                .toList();
        pool.setSpec(new WorkerPoolSpec(
                new WorkerPoolSpec.Warm(size.warm(), size.warm(), 0),
                size.max(),
                new WorkerPoolSpec.Ports(size.ports().from(), size.ports().to(), null, null),
                null,
                new WorkerPoolSpec.Worker("local-process", null, null, worker, null, null),
                new WorkerPoolSpec.Speech(settings.get(ENGINE), null),
                List.of(new WorkerPoolSpec.Output(
                        "demo", receiver.transcriptsUrl().toString(), CLIENT_ID, "receiver")),
                null,
                null, // Nobody is heard but the exact addresses that PBX or player tell.
                null));
        return pool;
    }

    private int warm() {
        WorkerPool pool = client.resources(WorkerPool.class)
                .inNamespace(NAMESPACE)
                .withName("default")
                .get();
        WorkerPoolStatus status = pool == null ? null : pool.getStatus();
        return Objects.requireNonNullElse(status == null ? null : status.warm(), 0);
    }

    /** What a program said when it could not start is not JSON; why it stopped later is an error. */
    private String lastWords(String log) throws IOException {
        return Files.readAllLines(logs().resolve(log)).stream()
                .filter(line -> !line.startsWith("{") || line.contains("\"level\":\"ERROR\""))
                .reduce((earlier, later) -> later)
                .orElse("none, see " + logs());
    }
}
