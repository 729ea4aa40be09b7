package io.aicc.bench.operator;

import io.aicc.crd.CallSession;
import io.aicc.operator.control.ControlKey;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.LongAdder;

/**
 * What one would write first: a pod for every session, made when the call comes and deleted when it is over. It is Ready when
 * its pod is, so a caller waits for the worker's start. No port is leased, and nobody is told of the call.
 */
final class PodPerCall implements AutoCloseable {
    private static final String SESSION = "session";
    private static final String WORKER = "aicc-call-worker";

    private final KubernetesClient client;
    private final String namespace;
    private final String publicKey = ControlKey.generate().publicKey();
    private final LongAdder writes = new LongAdder();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final SharedIndexInformer<CallSession> sessions;
    private final SharedIndexInformer<Pod> pods;

    PodPerCall(KubernetesClient client, String namespace) {
        this.client = client;
        this.namespace = namespace;
        pods = client.pods().inNamespace(namespace).withLabel(SESSION).inform(new Pods());
        sessions = client.resources(CallSession.class).inNamespace(namespace).inform(new Sessions());
    }

    /** Of the API, so far. */
    long writes() {
        return writes.sum();
    }

    @Override
    public void close() {
        sessions.close();
        pods.close();
        threads.close();
    }

    private final class Sessions implements ResourceEventHandler<CallSession> {
        @Override
        public void onAdd(CallSession session) {
            write(() -> client.resource(worker(session)).create());
        }

        @Override
        public void onUpdate(CallSession before, CallSession session) {
            if (before.getSpec().ended() == null && session.getSpec().ended() != null) {
                String name = session.getMetadata().getName();
                say(name, "Ended");
                write(() -> client.pods().inNamespace(namespace).withName(name).delete());
            }
        }

        @Override
        public void onDelete(CallSession session, boolean unknown) {}
    }

    private final class Pods implements ResourceEventHandler<Pod> {
        @Override
        public void onAdd(Pod pod) {}

        @Override
        public void onUpdate(Pod before, Pod pod) {
            if (!ready(before) && ready(pod)) {
                say(pod.getMetadata().getName(), "Ready");
            }
        }

        @Override
        public void onDelete(Pod pod, boolean unknown) {}
    }

    private void say(String session, String phase) {
        write(() -> client.resources(CallSession.class)
                .inNamespace(namespace)
                .withName(session)
                .subresource("status")
                .patch(PatchContext.of(PatchType.JSON_MERGE), "{\"status\":{\"phase\":\"%s\"}}".formatted(phase)));
    }

    private void write(Runnable request) {
        threads.execute(() -> {
            request.run();
            writes.increment();
        });
    }

    private static boolean ready(Pod pod) {
        return pod.getStatus() != null
                && pod.getStatus().getConditions().stream()
                        .anyMatch(condition -> condition.getType().equals("Ready")
                                && condition.getStatus().equals("True"));
    }

    /** With what a played worker asks of its pod. */
    private Pod worker(CallSession session) {
        String name = session.getMetadata().getName();
        return new PodBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace(namespace)
                .addToLabels(SESSION, name)
                .addToLabels("app.kubernetes.io/name", WORKER)
                .endMetadata()
                .withNewSpec()
                .addNewContainer()
                .withName("worker")
                .withImage("played")
                .addNewPort()
                .withName("control")
                .withContainerPort(8081)
                .endPort()
                .addNewEnv()
                .withName("AICC_CONTROL_PUBLIC_KEY")
                .withValue(publicKey)
                .endEnv()
                .addNewEnv()
                .withName("AICC_CUSTOMER_PORT")
                .withValue("20000")
                .endEnv()
                .endContainer()
                .endSpec()
                .build();
    }
}
