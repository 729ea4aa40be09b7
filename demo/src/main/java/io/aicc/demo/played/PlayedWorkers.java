package io.aicc.demo.played;

import io.aicc.wire.control.CallAssignment;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Stands in for the nodes of a cluster that has none: whenever the operator makes a worker pod, a {@link PlayedWorker}
 * listens at an address of its own on loopback, and the pod's status says so as a kubelet would.
 */
public final class PlayedWorkers implements AutoCloseable {
    private static final Map<String, String> WORKER = Map.of("app.kubernetes.io/name", "aicc-call-worker");
    private static final AtomicInteger ADDRESSES = new AtomicInteger();

    private final KubernetesClient client;
    private final Consumer<CallAssignment> onAssigned;
    private final Map<String, PlayedWorker> workers = new ConcurrentHashMap<>();
    private final SharedIndexInformer<Pod> pods;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

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
                threads.execute(() -> start(pod));
            }

            @Override
            public void onUpdate(Pod before, Pod now) {}

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
    }

    private void start(Pod pod) {
        String address = listen(pod);
        String status = """
                {"status": {"phase": "Running", "podIP": "%1$s", "podIPs": [{"ip": "%1$s"}],
                            "conditions": [{"type": "Ready", "status": "True"}]}}""".formatted(address);
        client.resource(pod).subresource("status").patch(PatchContext.of(PatchType.JSON_MERGE), status);
    }

    /** At the next address that nobody has, another program of ours neither; returns it. */
    private String listen(Pod pod) {
        Container container = pod.getSpec().getContainers().getFirst();
        int control = container.getPorts().stream()
                .filter(port -> "control".equals(port.getName()))
                .findFirst()
                .orElseThrow()
                .getContainerPort();
        while (true) {
            int number = ADDRESSES.incrementAndGet();
            String address = "127.77.%d.%d".formatted(number / 250, 1 + number % 250);
            try {
                PlayedWorker worker = new PlayedWorker(
                        new InetSocketAddress(address, control),
                        value(container, "AICC_CONTROL_PUBLIC_KEY"),
                        pod.getMetadata().getUid(),
                        Integer.parseInt(value(container, "AICC_CUSTOMER_PORT")),
                        onAssigned);
                workers.put(pod.getMetadata().getName(), worker);
                return address;
            } catch (IOException e) {
                if (!(e.getCause() instanceof BindException)) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }

    private static String value(Container container, String name) {
        return container.getEnv().stream()
                .filter(variable -> variable.getName().equals(name))
                .map(EnvVar::getValue)
                .findFirst()
                .orElseThrow();
    }
}
