package io.aicc.demo.pod;

import io.aicc.demo.api.PodLogs;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A node that is this machine: every pod on the API server becomes a local process with an address of its own, its status
 * follows the process, and deleting the pod ends it, gently first. Thread-safe.
 */
public final class LocalKubelet implements AutoCloseable, PodLogs {
    static final String NODE = "local";
    static final String HOST_IP = "127.0.0.1";

    /** How long processes may take to end when all end together. */
    private static final Duration CLOSING_GRACE = Duration.ofSeconds(5);

    private final KubernetesClient client;
    private final Path directory;
    private final ProcessStarter starter;
    private final InstantSource clock;
    private final HttpClient http;
    private final ExecutorService threads = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("pod-", 0).factory());
    private final PodAddresses addresses;
    private final Map<String, PodRunner> runners = new ConcurrentHashMap<>();
    private final Thread lastResort = new Thread(this::killAll, "pod-last-resort");
    private final SharedIndexInformer<Pod> informer;

    /**
     * @param client of the API server whose pods to run; stays the caller's
     * @param directory where logs ({@code logs/}) and volumes are kept; volumes go with their pod, logs stay
     * @param commands what runs in place of a pod's image; its environment is completed from the pod's
     */
    public LocalKubelet(KubernetesClient client, Path directory, Function<Pod, ProcessBuilder> commands)
            throws IOException {
        this.client = client;
        this.directory = directory;
        this.starter = new ProcessStarter(commands);
        this.clock = InstantSource.system();
        this.http =
                HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(1)).build();
        this.addresses = PodAddresses.claim();
        Files.createDirectories(directory.resolve("logs"));
        registerNode();
        Runtime.getRuntime().addShutdownHook(lastResort);
        this.informer = client.pods().inAnyNamespace().inform(new Handler());
    }

    @Override
    public @Nullable Path of(String podUid) {
        PodRunner runner = runners.get(podUid);
        return runner == null ? null : runner.log();
    }

    /** Ends every process and waits until all are gone. The objects stay: this is a node that fails, not a cluster that empties. */
    @Override
    public void close() throws IOException {
        informer.close();
        runners.values().forEach(runner -> runner.leave(CLOSING_GRACE));
        threads.shutdown();
        try {
            if (!threads.awaitTermination(CLOSING_GRACE.toMillis() + 1_000, TimeUnit.MILLISECONDS)) {
                threads.shutdownNow();
            }
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        }
        killAll();
        starter.close();
        http.close();
        addresses.close();
        removeShutdownHook();
    }

    private void killAll() {
        runners.values().forEach(PodRunner::kill);
    }

    private void removeShutdownHook() {
        try {
            Runtime.getRuntime().removeShutdownHook(lastResort);
        } catch (IllegalStateException ending) {
            // The JVM is going down and runs the hook itself.
        }
    }

    private void registerNode() {
        Node node =
                new NodeBuilder().withNewMetadata().withName(NODE).endMetadata().build();
        client.resource(node).serverSideApply();
        client.resource(node).subresource("status").patch(PatchContext.of(PatchType.JSON_MERGE), """
                        {"status": {"conditions": [{"type": "Ready", "status": "True"}],
                                    "addresses": [{"type": "InternalIP", "address": "%s"}]}}""".formatted(
                        HOST_IP));
    }

    private void start(Pod pod) {
        String uid = pod.getMetadata().getUid();
        String node = pod.getSpec().getNodeName();
        if ((node != null && !NODE.equals(node)) || runners.containsKey(uid)) {
            return;
        }
        String name = pod.getMetadata().getNamespace() + "_" + pod.getMetadata().getName() + "_" + uid;
        PodRunner runner = new PodRunner(
                pod,
                new PodApi(client, pod),
                starter,
                http,
                directory.resolve("volumes").resolve(uid),
                directory.resolve("logs").resolve(name + ".log"),
                addresses.take(),
                clock);
        runners.put(uid, runner);
        threads.execute(() -> {
            runner.run();
            runners.remove(uid);
            addresses.release(runner.podIp());
        });
    }

    private void stop(Pod pod) {
        PodRunner runner = runners.get(pod.getMetadata().getUid());
        if (runner != null) {
            runner.delete(Duration.ofSeconds(
                    Objects.requireNonNullElse(pod.getMetadata().getDeletionGracePeriodSeconds(), 30L)));
        }
    }

    private final class Handler implements ResourceEventHandler<Pod> {
        @Override
        public void onAdd(Pod pod) {
            start(pod);
            stopIfDeleted(pod);
        }

        @Override
        public void onUpdate(Pod before, Pod pod) {
            stopIfDeleted(pod);
        }

        @Override
        public void onDelete(Pod pod, boolean finalStateUnknown) {
            PodRunner runner = runners.get(pod.getMetadata().getUid());
            if (runner != null) {
                runner.kill();
            }
        }

        private void stopIfDeleted(Pod pod) {
            if (pod.getMetadata().getDeletionTimestamp() != null) {
                stop(pod);
            }
        }
    }
}
