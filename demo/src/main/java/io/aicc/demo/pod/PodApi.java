package io.aicc.demo.pod;

import io.fabric8.kubernetes.api.model.BindingBuilder;
import io.fabric8.kubernetes.api.model.DeleteOptionsBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.net.HttpURLConnection;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a kubelet tells the API server about one pod. Names repeat, so every write is for one uid only. */
final class PodApi {
    private static final Logger LOG = LoggerFactory.getLogger(PodApi.class);

    private final KubernetesClient client;
    private final Pod pod;

    PodApi(KubernetesClient client, Pod pod) {
        this.client = client;
        this.pod = pod;
    }

    References references() {
        return new References(client, pod.getMetadata().getNamespace());
    }

    /** Says that the pod runs here. */
    void bind() {
        var binding = new BindingBuilder()
                .withNewMetadata()
                .withName(pod.getMetadata().getName())
                .endMetadata()
                .withNewTarget()
                .withKind("Node")
                .withName(LocalKubelet.NODE)
                .endTarget()
                .build();
        attempt("bind", () -> client.raw(path() + "/binding", "POST", binding));
    }

    void report(PodStatus status) {
        String patch = Serialization.asJson(
                Map.of("metadata", Map.of("uid", pod.getMetadata().getUid()), "status", status));
        attempt(
                "status",
                () -> client.resource(pod).subresource("status").patch(PatchContext.of(PatchType.JSON_MERGE), patch));
    }

    /** Lets the object go, now that its process is gone. */
    void remove() {
        var now = new DeleteOptionsBuilder()
                .withGracePeriodSeconds(0L)
                .withNewPreconditions()
                .withUid(pod.getMetadata().getUid())
                .endPreconditions()
                .build();
        attempt("remove", () -> client.raw(path(), "DELETE", now));
    }

    /** A pod that is gone, or another one of its name, needs no report; anything else is worth a line. */
    private void attempt(String what, Runnable write) {
        try {
            write.run();
        } catch (KubernetesClientException refused) {
            if (refused.getCode() != HttpURLConnection.HTTP_NOT_FOUND
                    && refused.getCode() != HttpURLConnection.HTTP_CONFLICT) {
                LOG.atWarn()
                        .addKeyValue("pod", pod.getMetadata().getName())
                        .addKeyValue("write", what)
                        .addKeyValue("error", refused.getMessage())
                        .log("pod write refused");
            }
        }
    }

    private String path() {
        return "/api/v1/namespaces/%s/pods/%s"
                .formatted(pod.getMetadata().getNamespace(), pod.getMetadata().getName());
    }
}
