package io.aicc.demo.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Base64;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLContext;

/**
 * A Kubernetes API server inside this process, for operators, {@code kubectl} and pods that run as local processes. It
 * speaks the real protocol on 127.0.0.1 over TLS, keeps everything in memory, and lets in whoever has the kubeconfig it
 * wrote. {@code package-info} says where it is less than the real one.
 *
 * <p>Thread-safe. One virtual thread per request and per watch.
 */
public final class EmbeddedKubernetes implements AutoCloseable {
    /** The Kubernetes release whose behaviour is followed. */
    static final String VERSION = "v1.34.4";

    private static final String ADDRESS = "127.0.0.1";

    private final Store store;
    private final Lifecycle lifecycle;
    private final HttpsServer server;
    private final ExecutorService requests;
    private final Path kubeconfig;
    private final AtomicReference<PodLogs> podLogs = new AtomicReference<>(uid -> null);

    private EmbeddedKubernetes(Path kubeconfig, int port, InstantSource clock)
            throws IOException, GeneralSecurityException {
        configureHttpServer();
        this.kubeconfig = kubeconfig;
        this.store = new Store(clock.instant());
        SecureRandom random = new SecureRandom();
        Kinds kinds = new Kinds();
        this.lifecycle = new Lifecycle(store, kinds, clock, random);
        String token = token(random);
        X509Bundle certificate = certificate();
        this.server = HttpsServer.create(new InetSocketAddress(InetAddress.getByName(ADDRESS), port), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(tls(certificate)));
        this.requests = Executors.newThreadPerTaskExecutor(
                Thread.ofVirtual().name("kube-api-", 0).factory());
        server.setExecutor(requests);
        var resources = new ResourceRequests(
                kinds, store, lifecycle, new Tables(clock), uid -> podLogs.get().of(uid));
        server.createContext("/", new ApiHandler(token, resources, new Discovery(kinds), new OpenApi(kinds)));
        for (String name : new String[] {"default", "kube-system"}) {
            createNamespace(name);
        }
        Kubeconfig.write(kubeconfig, url(), token, certificate.getCertificatePEM());
    }

    /** Starts on a free port and writes a kubeconfig, readable by its owner only, to that file. */
    public static EmbeddedKubernetes start(Path kubeconfig) throws IOException {
        return start(kubeconfig, 0);
    }

    /** Starts on the given port, 0 for a free one. */
    public static EmbeddedKubernetes start(Path kubeconfig, int port) throws IOException {
        try {
            var kubernetes = new EmbeddedKubernetes(kubeconfig, port, InstantSource.system());
            kubernetes.server.start();
            return kubernetes;
        } catch (GeneralSecurityException unsupported) {
            throw new IOException("no certificate could be made for the in-process API server", unsupported);
        } catch (Exception failed) {
            throw failed instanceof IOException io ? io : new IOException(failed);
        }
    }

    /**
     * Installs the CustomResourceDefinitions of a YAML stream before any client asks for them.
     *
     * @throws IllegalArgumentException when a document is something else
     */
    public void install(InputStream definitions) throws IOException {
        for (ObjectNode definition : Json.readDocuments(definitions.readAllBytes())) {
            if (!"CustomResourceDefinition".equals(definition.path("kind").asText())) {
                throw new IllegalArgumentException("a CustomResourceDefinition is needed, got '%s'"
                        .formatted(definition.path("kind").asText()));
            }
            lifecycle.create(BuiltInKinds.CUSTOM_RESOURCE_DEFINITION, "", definition, WriteOptions.PLAIN);
        }
    }

    /**
     * Installs resources of the project's own, by the definitions that come with their classes.
     *
     * @throws IOException when one comes without
     */
    @SafeVarargs
    public final void install(Class<? extends HasMetadata>... kinds) throws IOException {
        for (Class<? extends HasMetadata> kind : kinds) {
            String definition = "/crd/" + HasMetadata.getFullResourceName(kind) + ".yaml";
            try (InputStream yaml = kind.getResourceAsStream(definition)) {
                if (yaml == null) {
                    throw new IOException("no " + definition + " beside " + kind);
                }
                install(yaml);
            }
        }
    }

    public void createNamespace(String name) {
        ObjectNode namespace = Json.object();
        namespace.putObject("metadata").put("name", name).putObject("labels").put("kubernetes.io/metadata.name", name);
        lifecycle.create(BuiltInKinds.NAMESPACE, "", namespace, WriteOptions.PLAIN);
    }

    /** Says where {@code kubectl logs} finds what the pods wrote. */
    public void serveLogs(PodLogs logs) {
        podLogs.set(logs);
    }

    public URI url() {
        return URI.create("https://%s:%d".formatted(ADDRESS, server.getAddress().getPort()));
    }

    /** A new client, the caller's to close. */
    public KubernetesClient client() {
        return new KubernetesClientBuilder()
                .withConfig(Config.fromKubeconfig(kubeconfig.toFile()))
                .build();
    }

    /** The file that gives a client everything it needs. */
    public Path kubeconfig() {
        return kubeconfig;
    }

    /** Ends all watches and stops serving; what was stored is gone. */
    @Override
    public void close() {
        store.close();
        server.stop(0);
        requests.shutdownNow();
    }

    /**
     * Without these the JDK's server holds small answers back for 40 ms, and drops idle connections just when a client
     * reuses them. They are read once per JVM, so they only help when nothing served HTTP before: a launcher had better
     * pass them.
     */
    private static void configureHttpServer() {
        presetProperty("sun.net.httpserver.nodelay", "true");
        presetProperty("sun.net.httpserver.idleInterval", "3600");
        presetProperty("sun.net.httpserver.maxIdleConnections", "1000");
    }

    private static void presetProperty(String name, String value) {
        if (System.getProperty(name) == null) {
            System.setProperty(name, value);
        }
    }

    private static String token(SecureRandom random) {
        byte[] bits = new byte[32];
        random.nextBytes(bits);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bits);
    }

    /** kubectl sends a token over TLS only, so even a loopback server needs a certificate. */
    private static X509Bundle certificate() throws GeneralSecurityException {
        try {
            return new CertificateBuilder()
                    .algorithm(CertificateBuilder.Algorithm.ecp256)
                    .subject("CN=aicc in-process Kubernetes")
                    .setIsCertificateAuthority(true)
                    .addSanIpAddress(ADDRESS)
                    .buildSelfSigned();
        } catch (GeneralSecurityException | RuntimeException failed) {
            throw failed;
        } catch (Exception failed) {
            throw new GeneralSecurityException(failed);
        }
    }

    private static SSLContext tls(X509Bundle certificate) throws GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        try {
            context.init(certificate.toKeyManagerFactory().getKeyManagers(), null, null);
        } catch (GeneralSecurityException | RuntimeException failed) {
            throw failed;
        } catch (Exception failed) {
            throw new GeneralSecurityException(failed);
        }
        return context;
    }
}
