package io.aicc.bench.operator;

import io.aicc.crd.CallSession;
import io.aicc.crd.CallSessionSpec;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * The least that anything could do: a watch, and one write for a new call and one for its end. No worker, no port, no record of
 * anything. What the operator takes beyond this is its own.
 */
final class BareController implements AutoCloseable {
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final SharedIndexInformer<CallSession> watch;

    BareController(KubernetesClient client, String namespace) {
        watch = client.resources(CallSession.class).inNamespace(namespace).inform(new ResourceEventHandler<>() {
            @Override
            public void onAdd(CallSession session) {
                threads.execute(() -> write(client, session, "Ready"));
            }

            @Override
            public void onUpdate(CallSession before, CallSession session) {
                CallSessionSpec earlier = before.getSpec();
                if (earlier.ended() == null && session.getSpec().ended() != null) {
                    threads.execute(() -> write(client, session, "Ended"));
                }
            }

            @Override
            public void onDelete(CallSession session, boolean unknown) {}
        });
    }

    @Override
    public void close() {
        watch.close();
        threads.close();
    }

    private static void write(KubernetesClient client, CallSession session, String phase) {
        client.resource(session)
                .subresource("status")
                .patch(PatchContext.of(PatchType.JSON_MERGE), "{\"status\":{\"phase\":\"%s\"}}".formatted(phase));
    }
}
