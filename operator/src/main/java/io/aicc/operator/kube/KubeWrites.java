package io.aicc.operator.kube;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.HttpURLConnection;
import java.util.Map;
import java.util.Optional;

/** Every write to the Kubernetes API goes through here, one request each. Thread-safe. */
public final class KubeWrites {
    private static final PatchContext MERGE = PatchContext.of(PatchType.JSON_MERGE);

    private final KubernetesClient client;
    private final MeterRegistry metrics;

    public KubeWrites(KubernetesClient client, MeterRegistry metrics) {
        this.client = client;
        this.metrics = metrics;
    }

    /**
     * Merges some fields into the status of an object, provided nobody changed the object since it was read.
     *
     * @param status the fields to change; absent ones stay
     * @return the object as it is now; empty when it was changed by somebody else or is gone
     * @throws KubernetesClientException on any other failure
     */
    public <T extends HasMetadata> Optional<T> mergeStatus(T read, Object status) {
        String body = client.getKubernetesSerialization()
                .asJson(Map.of(
                        "metadata",
                        Map.of("resourceVersion", read.getMetadata().getResourceVersion()),
                        "status",
                        status));
        count("patch_status", read.getKind());
        try {
            return Optional.of(client.resource(read).subresource("status").patch(MERGE, body));
        } catch (KubernetesClientException e) {
            if (e.getCode() == HttpURLConnection.HTTP_CONFLICT || e.getCode() == HttpURLConnection.HTTP_NOT_FOUND) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** Creates a pod. */
    public void create(Pod pod) {
        count("create", "Pod");
        client.resource(pod).create();
    }

    /** Whether a pod exists. This one reads. */
    public boolean podExists(String namespace, String name) {
        return client.pods().inNamespace(namespace).withName(name).get() != null;
    }

    /** Deletes a pod; one that is gone already is fine. */
    public void deletePod(String namespace, String name) {
        count("delete", "Pod");
        client.pods().inNamespace(namespace).withName(name).delete();
    }

    /** Deletes an object; one that is gone already is fine. */
    public void delete(HasMetadata object) {
        count("delete", object.getKind());
        client.resource(object).delete();
    }

    private void count(String verb, String kind) {
        Counter.builder("aicc_api_writes")
                .description("Writes to the Kubernetes API")
                .tag("verb", verb)
                .tag("kind", kind)
                .register(metrics)
                .increment();
    }
}
