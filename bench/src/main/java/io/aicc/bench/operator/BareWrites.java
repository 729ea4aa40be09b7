package io.aicc.bench.operator;

import io.aicc.crd.CallSession;
import io.aicc.crd.Phase;
import io.aicc.wire.MicroTime;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.LongAdder;

/**
 * The writes of a call, by a client that does nothing else and waits for nobody: what the API server takes on this machine. Its
 * pattern is a call that an operator served, and one of its pods, so they are as many and as long.
 */
final class BareWrites {
    private static final String BATCH = "batch";
    private static final int DELETED_AT_ONCE = 50;

    private final KubernetesClient client;
    private final String namespace;
    private final CallSession call;
    private final Pod pod;

    BareWrites(KubernetesClient client, String namespace, CallSession call, Pod pod) {
        this.client = client;
        this.namespace = namespace;
        this.call = call;
        this.pod = pod;
    }

    /** How many calls' writes a second, so many calls at the same time, each one write after the other. */
    double callsPerSecond(int callers, Duration time) {
        LongAdder calls = new LongAdder();
        long begun = System.nanoTime();
        long until = begun + time.toNanos();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < callers; i++) {
                String caller = "bare-" + i;
                threads.execute(() -> {
                    for (int number = 0; System.nanoTime() < until; number++) {
                        write(caller, number);
                        calls.increment();
                    }
                });
            }
        }
        return calls.sum() * 1e9 / (System.nanoTime() - begun);
    }

    private void write(String caller, int number) {
        String name = caller + "-" + number;
        String batch = caller + "-" + number / DELETED_AT_ONCE;
        CallSession session = new CallSession();
        session.setMetadata(
                new ObjectMetaBuilder().withNamespace(namespace).withName(name).build());
        session.setSpec(call.getSpec());
        client.resource(session).create();
        makePod(name, batch);
        say(session, Phase.Ready);
        say(session, Phase.Active);
        client.resource(session)
                .patch(
                        PatchContext.of(PatchType.JSON_MERGE),
                        "{\"spec\":{\"ended\":{\"at\":\"%s\",\"reason\":\"CustomerHangup\"}}}"
                                .formatted(MicroTime.format(Instant.now())));
        say(session, Phase.Ended);
        if (number % DELETED_AT_ONCE == DELETED_AT_ONCE - 1) {
            client.pods().inNamespace(namespace).withLabel(BATCH, batch).delete();
        }
    }

    /** As an operator does, and as a node says that it runs. */
    private void makePod(String name, String batch) {
        Pod made = new PodBuilder()
                .withNewMetadata()
                .withNamespace(namespace)
                .withName(name)
                .withLabels(pod.getMetadata().getLabels())
                .addToLabels(BATCH, batch)
                .withAnnotations(pod.getMetadata().getAnnotations())
                .endMetadata()
                .withSpec(pod.getSpec())
                .build();
        client.resource(made).create();
        client.resource(made)
                .subresource("status")
                .patch(
                        PatchContext.of(PatchType.JSON_MERGE),
                        "{\"status\":%s}"
                                .formatted(client.getKubernetesSerialization().asJson(pod.getStatus())));
    }

    private void say(CallSession session, Phase phase) {
        String status = client.getKubernetesSerialization().asJson(call.getStatus());
        client.resource(session)
                .subresource("status")
                .patch(
                        PatchContext.of(PatchType.JSON_MERGE),
                        "{\"status\":%s}".formatted(status.replaceFirst("\"Ended\"", '"' + phase.name() + '"')));
    }
}
