package io.aicc.e2e.kube;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Shows that the server of the other tests is a real one: what an imitation does not do is done here. */
@ExtendWith(RealApiServerExtension.class)
class RealApiServerIT {

    private static final String EVEN_NUMBERS = """
            apiVersion: apiextensions.k8s.io/v1
            kind: CustomResourceDefinition
            metadata: {name: evens.test.aicc.io}
            spec:
              group: test.aicc.io
              scope: Namespaced
              names: {kind: Even, listKind: EvenList, plural: evens, singular: even}
              versions:
                - name: v1
                  served: true
                  storage: true
                  additionalPrinterColumns:
                    - {name: Number, type: integer, jsonPath: .spec.number}
                  schema:
                    openAPIV3Schema:
                      type: object
                      properties:
                        spec:
                          type: object
                          properties:
                            number: {type: integer}
                          x-kubernetes-validations:
                            - {rule: self.number % 2 == 0, message: number must be even}
            """;

    private final RealApiServer server;
    private String namespace = "";

    RealApiServerIT(RealApiServer server) {
        this.server = server;
    }

    @BeforeEach
    void takesANamespace() {
        namespace = server.newNamespace("real");
    }

    @Test
    void refusesAnUpdateOfAnOutdatedObject() {
        ConfigMap first =
                server.client().resource(configMap("greeting", "hello")).create();
        server.client().resource(changed(first, "good morning")).update();

        assertThatThrownBy(() ->
                        server.client().resource(changed(first, "good night")).update())
                .isInstanceOfSatisfying(KubernetesClientException.class, e -> assertThat(e.getCode())
                        .isEqualTo(409));
        assertThat(server.kubectl("get", "configmap", "greeting", "-n", namespace, "-o", "jsonpath={.data.text}")
                        .orFail())
                .isEqualTo("good morning");
    }

    @Test
    void refusesWhatACelRuleForbidsAndPrintsTheColumnsOfACrd(@TempDir Path folder) throws IOException {
        Path crd = Files.writeString(folder.resolve("crd.yaml"), EVEN_NUMBERS);
        server.kubectl("apply", "-f", crd.toString()).orFail();
        server.client()
                .resources(CustomResourceDefinition.class)
                .withName("evens.test.aicc.io")
                .waitUntilCondition(RealApiServerIT::isEstablished, 30, SECONDS);

        CommandResult odd = server.kubectl("apply", "-f", even(folder, 3).toString());
        assertThat(odd.exitCode()).isNotZero();
        assertThat(odd.errors()).contains("spec: Invalid value").contains("number must be even");

        server.kubectl("apply", "-f", even(folder, 4).toString()).orFail();
        assertThat(server.kubectl("get", "evens", "-n", namespace).orFail())
                .containsPattern("NAME +NUMBER\\s+number-4 +4\\s*");
    }

    @Test
    void collectsWhatADeletedOwnerLeavesBehind() {
        ConfigMap owner = server.client().resource(configMap("owner", "o")).create();
        ConfigMap owned = new ConfigMapBuilder(configMap("owned", "o"))
                .editMetadata()
                .addNewOwnerReference()
                .withApiVersion("v1")
                .withKind("ConfigMap")
                .withName("owner")
                .withUid(owner.getMetadata().getUid())
                .endOwnerReference()
                .endMetadata()
                .build();
        server.client().resource(owned).create();

        server.client().resource(owner).delete();

        await("garbage collection").until(() -> server.client().resource(owned).get() == null);
    }

    @Test
    void takesAChartFromHelm(@TempDir Path chart) throws IOException {
        Files.writeString(chart.resolve("Chart.yaml"), "apiVersion: v2\nname: tiny\nversion: 0.1.0\n");
        Files.createDirectory(chart.resolve("templates"));
        Files.writeString(
                chart.resolve("templates/map.yaml"),
                "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: from-{{ .Release.Name }}}\n");

        server.helm("install", "tiny", chart.toString(), "-n", namespace).orFail();

        assertThat(server.client()
                        .configMaps()
                        .inNamespace(namespace)
                        .withName("from-tiny")
                        .get()
                        .getMetadata()
                        .getLabels())
                .containsEntry("app.kubernetes.io/managed-by", "Helm");
    }

    private ConfigMap configMap(String name, String text) {
        return new ConfigMapBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace(namespace)
                .endMetadata()
                .withData(Map.of("text", text))
                .build();
    }

    private static ConfigMap changed(ConfigMap map, String text) {
        return new ConfigMapBuilder(map).withData(Map.of("text", text)).build();
    }

    private Path even(Path folder, int number) throws IOException {
        return Files.writeString(folder.resolve("even.yaml"), """
                apiVersion: test.aicc.io/v1
                kind: Even
                metadata: {name: number-%d, namespace: %s}
                spec: {number: %d}
                """.formatted(number, namespace, number));
    }

    private static boolean isEstablished(CustomResourceDefinition crd) {
        return crd != null
                && crd.getStatus() != null
                && crd.getStatus().getConditions().stream()
                        .anyMatch(c -> c.getType().equals("Established")
                                && c.getStatus().equals("True"));
    }
}
