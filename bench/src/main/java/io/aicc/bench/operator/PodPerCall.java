package io.aicc.bench.operator;

import io.aicc.bench.Child;
import io.aicc.crd.CallSession;
import io.aicc.demo.JavaProgram;
import io.aicc.operator.control.ControlKey;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.LongAdder;

/**
 * What one would write first: a pod for every session, made when the call comes and deleted when it is over. It is Ready when
 * its pod is, so a caller waits for the worker's start. No port is leased, and nobody is told of the call.
 */
final class PodPerCall {
    private static final String SESSION = "session";
    private static final String WORKER = "aicc-call-worker";

    private final KubernetesClient client;
    private final String namespace;
    private final String publicKey = ControlKey.generate().publicKey();
    private final LongAdder writes = new LongAdder();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    private PodPerCall(KubernetesClient client, String namespace) {
        this.client = client;
        this.namespace = namespace;
        var unusedPods = client.pods().inNamespace(namespace).withLabel(SESSION).inform(new Pods());
        var unusedSessions =
                client.resources(CallSession.class).inNamespace(namespace).inform(new Sessions());
    }

    /** A program of its own, as the operator is: {@code KUBECONFIG NAMESPACE}; answers every line with its writes so far. */
    public static void main(String[] arguments) throws IOException {
        Config config = Config.fromKubeconfig(Path.of(arguments[0]).toFile());
        try (KubernetesClient client =
                        new KubernetesClientBuilder().withConfig(config).build();
                BufferedReader questions =
                        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            PodPerCall controller = new PodPerCall(client, arguments[1]);
            Child.answer("watching");
            while (questions.readLine() != null) {
                Child.answer(String.valueOf(controller.writes.sum()));
            }
        }
        System.exit(0);
    }

    /** Starts the program. */
    static Child start(Path kubeconfig, String namespace, Path log) throws IOException {
        ProcessBuilder command = JavaProgram.likeTheOperator(PodPerCall.class.getName());
        command.command().addAll(List.of(kubeconfig.toString(), namespace));
        Child program = new Child("a pod per call", command, log);
        String unused = program.read();
        return program;
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
