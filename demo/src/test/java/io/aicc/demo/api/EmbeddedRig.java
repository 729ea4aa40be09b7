package io.aicc.demo.api;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A server that lives as long as a test, and things to put into it. */
final class EmbeddedRig implements BeforeEachCallback, AfterEachCallback {
    static final String NAMESPACE = "default";

    private @Nullable Path directory;
    private @Nullable EmbeddedKubernetes kubernetes;
    private @Nullable KubernetesClient client;

    EmbeddedKubernetes kubernetes() {
        return Objects.requireNonNull(kubernetes);
    }

    KubernetesClient client() {
        return Objects.requireNonNull(client);
    }

    @Override
    public void beforeEach(ExtensionContext test) throws IOException {
        directory = Files.createTempDirectory("aicc-api-");
        EmbeddedKubernetes started = EmbeddedKubernetes.start(directory.resolve("kubeconfig"));
        kubernetes = started;
        try (InputStream definition = EmbeddedRig.class.getResourceAsStream("gadget-crd.yaml")) {
            started.install(definition);
        }
        client = started.client();
    }

    @Override
    public void afterEach(ExtensionContext test) throws IOException {
        client().close();
        kubernetes().close();
        Files.deleteIfExists(kubernetes().kubeconfig());
        Files.delete(Objects.requireNonNull(directory));
    }

    static ConfigMap configMap(String name, Map<String, String> labels) {
        return new ConfigMapBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace(NAMESPACE)
                .withLabels(labels)
                .endMetadata()
                .build();
    }

    static Pod pod(String name) {
        return new PodBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace(NAMESPACE)
                .endMetadata()
                .withNewSpec()
                .addNewContainer()
                .withName("main")
                .withImage("old")
                .withCommand("true")
                .endContainer()
                .endSpec()
                .build();
    }

    static List<String> names(List<? extends HasMetadata> objects) {
        return objects.stream().map(object -> object.getMetadata().getName()).toList();
    }
}
