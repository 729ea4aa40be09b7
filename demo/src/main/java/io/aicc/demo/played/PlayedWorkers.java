package io.aicc.demo.played;

import io.aicc.wire.control.CallAssignment;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Stands in for the kubelets of a cluster that has none: whenever the operator makes a worker pod, a {@link PlayedWorker}
 * listens on loopback, all of them at one address, and the pod's status says so. A pod that takes ports of its node starts
 * once a scheduler has given it one; any other at once, and on none. A pod that has a node goes when it is told to.
 */
public final class PlayedWorkers implements AutoCloseable {
    private static final Map<String, String> WORKER = Map.of("app.kubernetes.io/name", "aicc-call-worker");

    private final KubernetesClient client;
    private final Consumer<CallAssignment> onAssigned;
    private final Map<String, PlayedWorker> workers = new ConcurrentHashMap<>();
    private final SharedIndexInformer<Pod> pods;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private @Nullable PlayedNode node;

    public PlayedWorkers(KubernetesClient client, String namespace) {
        this(client, namespace, call -> {});
    }

    /** @param onAssigned told when a worker takes a call, and whenever it is told more about it */
    public PlayedWorkers(KubernetesClient client, String namespace, Consumer<CallAssignment> onAssigned) {
        this.client = client;
        this.onAssigned = onAssigned;
        pods = client.pods().inNamespace(namespace).withLabels(WORKER).inform(new ResourceEventHandler<>() {
            @Override
            public void onAdd(Pod pod) {
                if (!takesPortsOfItsNode(pod) || hasNode(pod)) {
                    threads.execute(() -> start(pod));
                }
            }

            @Override
            public void onUpdate(Pod before, Pod now) {
                if (takesPortsOfItsNode(now) && !hasNode(before) && hasNode(now)) {
                    threads.execute(() -> start(now));
                }
                if (hasNode(now) && now.getMetadata().getDeletionTimestamp() != null) {
                    threads.execute(
                            () -> client.resource(now).withGracePeriod(0).delete());
                }
            }

            @Override
            public void onDelete(Pod pod, boolean unknown) {
                PlayedWorker worker = workers.remove(pod.getMetadata().getName());
                if (worker != null) {
                    threads.execute(worker::close);
                }
            }
        });
    }

    /** The one in this pod. */
    public PlayedWorker in(String pod) {
        return Objects.requireNonNull(workers.get(pod), () -> "no worker is played in pod " + pod);
    }

    @Override
    public void close() {
        pods.stop();
        threads.close();
        workers.values().forEach(PlayedWorker::close);
        closeNode();
    }

    private synchronized void closeNode() {
        if (node != null) {
            node.close();
        }
    }

    private void start(Pod pod) {
        Container container = pod.getSpec().getContainers().getFirst();
        PlayedNode node = node(container);
        PlayedWorker worker = new PlayedWorker(
                node,
                value(container, "AICC_CONTROL_PUBLIC_KEY"),
                pod.getMetadata().getUid(),
                Integer.parseInt(value(container, "AICC_CUSTOMER_PORT")),
                onAssigned);
        workers.put(pod.getMetadata().getName(), worker);
        String status = """
                {"status": {"phase": "Running", "podIP": "%1$s", "podIPs": [{"ip": "%1$s"}], "hostIP": "%1$s", "hostIPs": [{"ip": "%1$s"}],
                            "conditions": [{"type": "Ready", "status": "True"}]}}""".formatted(node.address());
        try {
            client.resource(pod).subresource("status").patch(PatchContext.of(PatchType.JSON_MERGE), status);
        } catch (KubernetesClientException e) {
            if (e.getCode() != HttpURLConnection.HTTP_NOT_FOUND) { // Deleted before it was up.
                throw e;
            }
        }
    }

    /** The first pod says at which port, and those of one operator all say the same. */
    private synchronized PlayedNode node(Container container) {
        PlayedNode known = node;
        if (known == null) {
            int control = container.getPorts().stream()
                    .filter(port -> "control".equals(port.getName()))
                    .findFirst()
                    .orElseThrow()
                    .getContainerPort();
            try {
                known = PlayedNode.listen(control);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            node = known;
        }
        return known;
    }

    private static boolean hasNode(Pod pod) {
        return pod.getSpec().getNodeName() != null;
    }

    private static boolean takesPortsOfItsNode(Pod pod) {
        return pod.getSpec().getContainers().getFirst().getPorts().stream()
                .anyMatch(port -> port.getHostPort() != null);
    }

    private static String value(Container container, String name) {
        return container.getEnv().stream()
                .filter(variable -> variable.getName().equals(name))
                .map(EnvVar::getValue)
                .findFirst()
                .orElseThrow();
    }
}
