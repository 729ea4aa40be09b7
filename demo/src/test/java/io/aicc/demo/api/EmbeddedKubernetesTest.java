package io.aicc.demo.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceList;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodStatusBuilder;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.NonNamespaceOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The server as fabric8's client sees it: what operators rely on. */
class EmbeddedKubernetesTest {
    @RegisterExtension
    private final EmbeddedRig api = new EmbeddedRig();

    @Test
    void refusesWhoeverHasNoToken() throws Exception {
        var config = Config.fromKubeconfig(api.kubernetes().kubeconfig().toFile());
        config.setOauthToken("guess");
        config.setAutoOAuthToken("guess");
        try (KubernetesClient stranger =
                new KubernetesClientBuilder().withConfig(config).build()) {
            assertThatExceptionOfType(KubernetesClientException.class)
                    .isThrownBy(() ->
                            stranger.pods().inNamespace(EmbeddedRig.NAMESPACE).list())
                    .satisfies(refused -> assertThat(refused.getCode()).isEqualTo(HttpURLConnection.HTTP_UNAUTHORIZED));
        }
    }

    @Test
    void keepsTheKubeconfigToItsOwner() throws IOException {
        assertThat(PosixFilePermissions.toString(
                        Files.getPosixFilePermissions(api.kubernetes().kubeconfig())))
                .isEqualTo("rw-------");
    }

    @Test
    void refusesAnUpdateOfAnOldVersion() {
        ConfigMap first =
                api.client().resource(EmbeddedRig.configMap("one", Map.of())).create();
        api.client()
                .resource(first)
                .edit(map -> new ConfigMapBuilder(map).addToData("a", "1").build());

        ConfigMap late = new ConfigMapBuilder(first).addToData("a", "2").build();
        assertThatExceptionOfType(KubernetesClientException.class)
                .isThrownBy(() -> api.client().resource(late).update())
                .satisfies(refused -> {
                    assertThat(refused.getCode()).isEqualTo(HttpURLConnection.HTTP_CONFLICT);
                    assertThat(refused).hasMessageContaining("the object has been modified");
                });
    }

    @Test
    void refusesTheSameNameTwice() {
        api.client().resource(EmbeddedRig.configMap("one", Map.of())).create();
        assertThatExceptionOfType(KubernetesClientException.class)
                .isThrownBy(() -> api.client()
                        .resource(EmbeddedRig.configMap("one", Map.of()))
                        .create())
                .withMessageContaining("configmaps \"one\" already exists");
    }

    @Test
    void makesUpNamesThatBeginAsAsked() {
        var generated = new ConfigMapBuilder()
                .withMetadata(new ObjectMetaBuilder().withGenerateName("call-").build())
                .build();
        ConfigMap one = api.client()
                .configMaps()
                .inNamespace(EmbeddedRig.NAMESPACE)
                .resource(generated)
                .create();
        assertThat(one.getMetadata().getName()).matches("call-[a-z0-9]{5}");
    }

    @Test
    void selectsByLabelsAndFields() {
        api.client()
                .resource(EmbeddedRig.configMap("one", Map.of("tier", "gold", "zone", "a")))
                .create();
        api.client()
                .resource(EmbeddedRig.configMap("two", Map.of("tier", "silver")))
                .create();
        api.client().resource(EmbeddedRig.configMap("three", Map.of())).create();
        var maps = api.client().configMaps().inNamespace(EmbeddedRig.NAMESPACE);

        assertThat(EmbeddedRig.names(
                        maps.withLabelIn("tier", "gold", "bronze").list().getItems()))
                .containsExactly("one");
        assertThat(EmbeddedRig.names(maps.withLabelNotIn("tier", "gold").list().getItems()))
                .containsExactly("three", "two");
        assertThat(EmbeddedRig.names(
                        maps.withLabel("tier").withoutLabel("zone").list().getItems()))
                .containsExactly("two");
        assertThat(EmbeddedRig.names(maps.withoutLabel("tier").list().getItems()))
                .containsExactly("three");
        assertThat(EmbeddedRig.names(
                        maps.withField("metadata.name", "two").list().getItems()))
                .containsExactly("two");
        assertThatExceptionOfType(KubernetesClientException.class)
                .isThrownBy(() -> maps.withField("data.x", "1").list())
                .withMessageContaining("field label not supported: data.x");
    }

    @Test
    void keepsStatusAndSpecApart() {
        GenericKubernetesResource gadget = gadgets().resource(gadget("one", 3)).create();
        assertThat(gadget.getMetadata().getGeneration()).isEqualTo(1);

        GenericKubernetesResource reported = gadgets()
                .resource(gadget)
                .subresource("status")
                .patch(merge(), "{\"status\":{\"phase\":\"Ready\"},\"spec\":{\"size\":9}}");
        assertThat((Integer) reported.get("spec", "size")).isEqualTo(3);
        assertThat((String) reported.get("status", "phase")).isEqualTo("Ready");
        assertThat(reported.getMetadata().getGeneration()).isEqualTo(1);

        GenericKubernetesResource grown =
                gadgets().resource(reported).patch(merge(), "{\"spec\":{\"size\":4},\"status\":{\"phase\":\"Gone\"}}");
        assertThat((Integer) grown.get("spec", "size")).isEqualTo(4);
        assertThat((String) grown.get("status", "phase")).isEqualTo("Ready");
        assertThat(grown.getMetadata().getGeneration()).isEqualTo(2);
    }

    @Test
    void writesNothingWhenNothingChanges() {
        GenericKubernetesResource gadget = gadgets().resource(gadget("one", 3)).create();
        GenericKubernetesResource same = gadgets().resource(gadget).patch(merge(), "{\"spec\":{\"size\":3}}");
        assertThat(same.getMetadata().getResourceVersion())
                .isEqualTo(gadget.getMetadata().getResourceVersion());
    }

    @Test
    void fillsInDefaultsAndDropsWhatTheSchemaDoesNotKnow() {
        GenericKubernetesResource gadget = gadget("one", 3);
        Map<String, Object> spec = gadget.get("spec");
        spec.put("unheardOf", 1);
        GenericKubernetesResource stored = gadgets().resource(gadget).create();
        assertThat((String) stored.get("spec", "colour")).isEqualTo("red");
        assertThat((Integer) stored.get("spec", "limits", "seconds")).isEqualTo(30);
        assertThat((Object) stored.get("spec", "unheardOf")).isNull();
    }

    @Test
    void namesTheFieldAndTheReasonOfARefusal() {
        GenericKubernetesResource broken = gadget("one", 0);
        Map<String, Object> spec = broken.get("spec");
        spec.put("colour", "pink");
        spec.put("code", "a b");
        assertThatExceptionOfType(KubernetesClientException.class)
                .isThrownBy(() -> gadgets().resource(broken).create())
                .satisfies(refused -> assertThat(refused.getCode()).isEqualTo(422))
                .withMessageContaining("Gadget.test.aicc.io \"one\" is invalid")
                .withMessageContaining(
                        "spec.size: Invalid value: 0: spec.size in body should be greater than or equal to 1")
                .withMessageContaining("spec.colour: Unsupported value: \"pink\": supported values: \"red\", \"blue\"")
                .withMessageContaining("spec.code: Invalid value: \"a b\": spec.code in body should match '^[a-z]*$'");

        assertThatExceptionOfType(KubernetesClientException.class)
                .isThrownBy(() -> gadgets().resource(broken("{}")).create())
                .withMessageContaining("spec.size: Required value");
        assertThatExceptionOfType(KubernetesClientException.class)
                .isThrownBy(
                        () -> gadgets().resource(broken("{\"size\":\"big\"}")).create())
                .withMessageContaining("spec.size in body must be of type integer: \"string\"");
        assertThatExceptionOfType(KubernetesClientException.class)
                .isThrownBy(() -> gadgets()
                        .resource(broken("{\"size\":1,\"code\":\"abcdefghijk\"}"))
                        .create())
                .withMessageContaining("spec.code: Too long: may not be more than 10 bytes");
    }

    @Test
    void scalesWhatDeclaresWhereItsReplicasAre() {
        gadgets().resource(gadget("one", 3)).create();
        gadgets().withName("one").scale(5);
        assertThat(gadgets().withName("one").scale().getSpec().getReplicas()).isEqualTo(5);
        assertThat((Integer) gadgets().withName("one").get().get("spec", "size"))
                .isEqualTo(5);
    }

    @Test
    void appliesFromTheServerSide() {
        ConfigMap map = new ConfigMapBuilder(EmbeddedRig.configMap("one", Map.of()))
                .addToData("a", "1")
                .build();
        api.client().resource(map).serverSideApply();
        ConfigMap applied = api.client()
                .resource(new ConfigMapBuilder(map).addToData("b", "2").build())
                .serverSideApply();
        assertThat(applied.getData()).containsOnly(Map.entry("a", "1"), Map.entry("b", "2"));
    }

    @Test
    void mergesListsByTheirKeyInAStrategicPatch() {
        Pod pod = api.client().resource(EmbeddedRig.pod("one")).create();
        Pod patched = api.client()
                .resource(pod)
                .patch(
                        PatchContext.of(PatchType.STRATEGIC_MERGE),
                        "{\"spec\":{\"containers\":[{\"name\":\"main\",\"image\":\"new\"}]}}");
        assertThat(patched.getSpec().getContainers()).singleElement().satisfies(container -> {
            assertThat(container.getImage()).isEqualTo("new");
            assertThat(container.getCommand()).containsExactly("true");
        });
    }

    @Test
    void encodesThePlainTextOfASecret() {
        var secret = new SecretBuilder()
                .withNewMetadata()
                .withName("key")
                .withNamespace(EmbeddedRig.NAMESPACE)
                .endMetadata()
                .addToStringData("k", "value")
                .build();
        assertThat(api.client().resource(secret).create().getData()).containsEntry("k", "dmFsdWU=");
    }

    @Test
    void keepsLeasesForLeaderElection() {
        var lease = new LeaseBuilder()
                .withNewMetadata()
                .withName("leader")
                .withNamespace(EmbeddedRig.NAMESPACE)
                .endMetadata()
                .withNewSpec()
                .withHolderIdentity("me")
                .endSpec()
                .build();
        assertThat(api.client().resource(lease).create().getSpec().getHolderIdentity())
                .isEqualTo("me");
    }

    @Test
    void servesAKindFromTheMomentItIsDeclaredUntilItIsDeleted() {
        gadgets().resource(gadget("one", 1)).create();
        api.client()
                .apiextensions()
                .v1()
                .customResourceDefinitions()
                .withName("gadgets.test.aicc.io")
                .delete();
        assertThatExceptionOfType(KubernetesClientException.class)
                .isThrownBy(() -> gadgets().list())
                .satisfies(refused -> assertThat(refused.getCode()).isEqualTo(HttpURLConnection.HTTP_NOT_FOUND));
    }

    @Test
    void reportsThePhaseOfAPodThroughItsStatus() {
        Pod pod = api.client().resource(EmbeddedRig.pod("one")).create();
        assertThat(pod.getStatus().getPhase()).isEqualTo("Pending");
        pod.setStatus(new PodStatusBuilder().withPhase("Running").build());
        api.client().resource(pod).updateStatus();
        assertThat(EmbeddedRig.names(api.client()
                        .pods()
                        .inNamespace(EmbeddedRig.NAMESPACE)
                        .withField("status.phase", "Running")
                        .list()
                        .getItems()))
                .containsExactly("one");
    }

    private NonNamespaceOperation<
                    GenericKubernetesResource, GenericKubernetesResourceList, Resource<GenericKubernetesResource>>
            gadgets() {
        return api.client()
                .genericKubernetesResources("test.aicc.io/v1", "Gadget")
                .inNamespace(EmbeddedRig.NAMESPACE);
    }

    private static GenericKubernetesResource gadget(String name, int size) {
        GenericKubernetesResource gadget = broken("{\"size\":%d}".formatted(size));
        gadget.getMetadata().setName(name);
        return gadget;
    }

    private static GenericKubernetesResource broken(String spec) {
        return Serialization.unmarshal("""
                {"apiVersion":"test.aicc.io/v1","kind":"Gadget","metadata":{"name":"broken","namespace":"default"},"spec":%s}""".formatted(spec), GenericKubernetesResource.class);
    }

    private static PatchContext merge() {
        return PatchContext.of(PatchType.JSON_MERGE);
    }
}
