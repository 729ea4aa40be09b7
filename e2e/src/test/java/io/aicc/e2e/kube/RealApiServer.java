package io.aicc.e2e.kube;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.util.Base64;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.stream.Stream;

/**
 * A Kubernetes control plane of our own: etcd, kube-apiserver and kube-controller-manager on loopback, for tests. It has
 * no nodes and no scheduler unless a test brings them, so pods stay Pending; everything else is the real thing: schema, CEL, admission, RBAC, server-side apply,
 * garbage collection.
 *
 * <p>Tests share the one of their JVM by {@link RealApiServerExtension}. Safe for use by several threads.
 */
public final class RealApiServer implements AutoCloseable {

    private static final Duration START_LIMIT = Duration.ofMinutes(2);
    private static final Duration COMMAND_LIMIT = Duration.ofMinutes(2);

    private final KubernetesPrograms programs;
    private final Path folder;
    private final int port;
    private final Path kubeconfig;
    private final KubernetesClient client;
    private final Deque<ServerProcess> servers = new ConcurrentLinkedDeque<>();
    private boolean defined;

    private RealApiServer(KubernetesPrograms programs) throws IOException {
        this.programs = programs;
        this.folder = Files.createTempDirectory("aicc-kube-");
        this.port = freePort();
        this.kubeconfig = folder.resolve("kubeconfig");
        Runtime.getRuntime().addShutdownHook(new Thread(this::stopServers, "stop-kubernetes")); // for Ctrl-C
        try {
            startServers();
            this.client = new KubernetesClientBuilder()
                    .withConfig(Config.fromKubeconfig(kubeconfig.toFile()))
                    .build();
        } catch (IOException | RuntimeException e) {
            stopServers();
            throw e;
        }
    }

    /**
     * Starts a server from the programs that {@code ./aicc verify} provides, and returns when it answers. For tests that
     * change what all namespaces share; it takes 5 s and 330 MB, so the others share one.
     */
    public static RealApiServer start() {
        try {
            return new RealApiServer(KubernetesPrograms.find());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start a Kubernetes API server", e);
        }
    }

    /** A client with every right. It is closed with the server. */
    public KubernetesClient client() {
        return client;
    }

    /** The file that gives any other program the same rights. */
    public Path kubeconfig() {
        return kubeconfig;
    }

    /**
     * Creates a namespace of its own for a test that shares the server, and returns its name: {@code prefix} and
     * something unique. Pods can be created in it at once.
     */
    public String newNamespace(String prefix) {
        var wanted = new NamespaceBuilder()
                .withNewMetadata()
                .withGenerateName(prefix + "-")
                .endMetadata()
                .build();
        String name = client.resource(wanted).create().getMetadata().getName();
        client.serviceAccounts()
                .inNamespace(name)
                .withName("default")
                .waitUntilCondition(Objects::nonNull, START_LIMIT.toSeconds(), SECONDS);
        return name;
    }

    /** Installs CallSession and WorkerPool as the build generates them, the first time that it is called. */
    public synchronized void installDefinitions() {
        if (defined) {
            return;
        }
        Path definitions = Path.of(System.getProperty("aicc.root"), "crds/src/main/resources/crd");
        kubectl("apply", "--server-side", "-f", definitions.toString()).orFail();
        kubectl("wait", "--for=condition=Established", "crd/callsessions.aicc.io", "crd/workerpools.aicc.io")
                .orFail();
        defined = true;
    }

    /**
     * From now on pods get the nodes that there are: those of every namespace, so only for a test with a server of its own.
     */
    public void startScheduler() {
        try {
            start("kube-scheduler", schedulerArguments());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start a Kubernetes scheduler", e);
        }
    }

    /** What service accounts have asked of this server. */
    public AuditLog audit() {
        return new AuditLog(folder.resolve(AuditLog.LOG_FILE));
    }

    /** Runs kubectl on this server, for example {@code kubectl("get", "namespaces")}. */
    public CommandResult kubectl(String... arguments) {
        return CommandResult.of(command("kubectl", arguments), COMMAND_LIMIT);
    }

    /** Runs helm on this server. */
    public CommandResult helm(String... arguments) {
        return CommandResult.of(command("helm", arguments), COMMAND_LIMIT);
    }

    @Override
    public void close() {
        client.close();
        stopServers();
    }

    private ProcessBuilder command(String program, String... arguments) {
        var builder = new ProcessBuilder(programs.program(program).toString());
        builder.command().addAll(List.of(arguments));
        builder.environment().put("KUBECONFIG", kubeconfig.toString());
        builder.environment().put("HOME", folder.toString()); // kubectl and helm keep caches there
        return builder;
    }

    private void startServers() throws IOException {
        String token = UUID.randomUUID().toString();
        Files.writeString(folder.resolve("tokens.csv"), token + ",admin,admin,system:masters\n");
        Files.writeString(folder.resolve("service-accounts.key"), newPrivateKey());

        Files.writeString(folder.resolve(AuditLog.POLICY_FILE), AuditLog.POLICY);

        start("etcd", etcdArguments());
        start("kube-apiserver", apiServerArguments());
        Path certificate = folder.resolve("certificates/apiserver.crt");
        await("the certificate of kube-apiserver").atMost(START_LIMIT).until(() -> {
            checkAlive();
            return Files.exists(certificate);
        });
        Files.writeString(kubeconfig, kubeconfigYaml(certificate, token));
        await("kube-apiserver to be ready").atMost(START_LIMIT).until(() -> {
            checkAlive();
            return kubectl("get", "--raw", "/readyz").exitCode() == 0;
        });
        start("kube-controller-manager", controllerManagerArguments());
    }

    private void start(String program, List<String> arguments) throws IOException {
        servers.push(ServerProcess.start(programs.program(program), arguments, folder));
    }

    private void checkAlive() throws IOException {
        for (ServerProcess server : servers) {
            server.checkAlive();
        }
    }

    private void stopServers() {
        servers.forEach(ServerProcess::close);
        if (Files.notExists(folder)) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete " + folder, e);
        }
    }

    /**
     * Files of the run folder as sockets, so that nobody else reaches this etcd; it wants {@code host:port} as their
     * names. Its data need not survive a crash.
     */
    private static List<String> etcdArguments() {
        return List.of(
                "--data-dir=etcd",
                "--unsafe-no-fsync",
                "--listen-client-urls=unix://etcd:1",
                "--advertise-client-urls=unix://etcd:1",
                "--listen-peer-urls=unix://peer:1",
                "--initial-advertise-peer-urls=unix://peer:1",
                "--initial-cluster=default=unix://peer:1");
    }

    private List<String> apiServerArguments() {
        return List.of(
                "--etcd-servers=unix://etcd:1",
                "--bind-address=127.0.0.1",
                "--advertise-address=127.0.0.1",
                "--secure-port=" + port,
                "--cert-dir=certificates",
                "--token-auth-file=tokens.csv",
                "--authorization-mode=Node,RBAC",
                "--enable-admission-plugins=NodeRestriction",
                "--service-account-issuer=https://kubernetes.default.svc",
                "--service-account-key-file=service-accounts.key",
                "--service-account-signing-key-file=service-accounts.key",
                "--service-cluster-ip-range=10.96.0.0/16",
                "--endpoint-reconciler-type=none",
                "--audit-policy-file=" + AuditLog.POLICY_FILE,
                "--audit-log-path=" + AuditLog.LOG_FILE,
                "--allow-privileged");
    }

    private static List<String> controllerManagerArguments() {
        return List.of(
                "--kubeconfig=kubeconfig",
                "--authentication-kubeconfig=kubeconfig",
                "--authorization-kubeconfig=kubeconfig",
                "--bind-address=127.0.0.1",
                "--secure-port=0",
                "--leader-elect=false",
                "--service-account-private-key-file=service-accounts.key");
    }

    private static List<String> schedulerArguments() {
        return List.of(
                "--kubeconfig=kubeconfig",
                "--authentication-kubeconfig=kubeconfig",
                "--authorization-kubeconfig=kubeconfig",
                "--bind-address=127.0.0.1",
                "--secure-port=0",
                "--leader-elect=false");
    }

    private String kubeconfigYaml(Path certificate, String token) throws IOException {
        return """
                apiVersion: v1
                kind: Config
                clusters:
                  - name: test
                    cluster:
                      server: https://127.0.0.1:%d
                      certificate-authority-data: %s
                users:
                  - name: admin
                    user:
                      token: %s
                contexts:
                  - name: test
                    context: {cluster: test, user: admin}
                current-context: test
                """.formatted(port, Base64.getEncoder().encodeToString(Files.readAllBytes(certificate)), token);
    }

    private static String newPrivateKey() {
        try {
            byte[] key = KeyPairGenerator.getInstance("RSA")
                    .generateKeyPair()
                    .getPrivate()
                    .getEncoded();
            return "-----BEGIN PRIVATE KEY-----\n%s\n-----END PRIVATE KEY-----\n"
                    .formatted(Base64.getMimeEncoder().encodeToString(key));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK has no RSA", e);
        }
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
