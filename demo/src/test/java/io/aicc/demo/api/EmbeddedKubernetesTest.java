package io.aicc.demo.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.DeletionPropagation;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceList;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodStatusBuilder;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.StatusDetails;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import io.fabric8.kubernetes.client.dsl.NonNamespaceOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The server as fabric8's client sees it: what operators rely on. */
class EmbeddedKubernetesTest {
    private static final String NAMESPACE = "default";

    @TempDir
    Path directory;

    private EmbeddedKubernetes kubernetes;
    private KubernetesClient client;

    @BeforeEach
    void start() throws IOException {
        kubernetes = EmbeddedKubernetes.start(directory.resolve("kubeconfig"));
        try (InputStream definition = EmbeddedKubernetesTest.class.getResourceAsStream("gadget-crd.yaml")) {
            kubernetes.install(definition);
        }
        client = client();
    }

    @AfterEach
    void stop() {
        client.close();
        kubernetes.close();
    }

    @Test
    void refusesWhoeverHasNoToken() throws Exception {
        var config = Config.fromKubeconfig(kubernetes.kubeconfig().toFile());
        config.setOauthToken("guess");
        config.setAutoOAuthToken("guess");
        try (KubernetesClient stranger =
                new KubernetesClientBuilder().withConfig(config).build()) {
            assertThatExceptionOfType(KubernetesClientException.class)
                    .isThrownBy(() -> stranger.pods().inNamespace(NAMESPACE).list())
                    .satisfies(refused -> assertThat(refused.getCode()).isEqualTo(HttpURLConnection.HTTP_UNAUTHORIZED));
        }
    }

    @Test
    void keepsTheKubeconfigToItsOwner() throws IOException {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(kubernetes.kubeconfig())))
                .isEqualTo("rw-------");
    }

    @Test
    void refusesAnUpdateOfAnOldVersion() {
        ConfigMap first = client.resource(configMap("one", Map.of())).create();
        client.resource(first)
                .edit(map -> new ConfigMapBuilder(map).addToData("a", "1").build());

        ConfigMap late = new ConfigMapBuilder(first).addToData("a", "2").build();
        assertThatExceptionOfType(KubernetesClientException.class)
                .isThrownBy(() -> client.resource(late).update())
                .satisfies(refused -> {
                    assertThat(refused.getCode()).isEqualTo(HttpURLConnection.HTTP_CONFLICT);
                    assertThat(refused).hasMessageContaining("the object has been modified");
                });
    }

    @Test
    void refusesTheSameNameTwice() {
        client.resource(configMap("one", Map.of())).create();
        assertThatExceptionOfType(KubernetesClientException.class)
                .isThrownBy(() -> client.resource(configMap("one", Map.of())).create())
                .withMessageContaining("configmaps \"one\" already exists");
    }

    @Test
    void makesUpNamesThatBeginAsAsked() {
        var generated = new ConfigMapBuilder()
                .withMetadata(new ObjectMetaBuilder().withGenerateName("call-").build())
                .build();
        ConfigMap one =
                client.configMaps().inNamespace(NAMESPACE).resource(generated).create();
        assertThat(one.getMetadata().getName()).matches("call-[a-z0-9]{5}");
    }

    @Test
    void selectsByLabelsAndFields() {
        client.resource(configMap("one", Map.of("tier", "gold", "zone", "a"))).create();
        client.resource(configMap("two", Map.of("tier", "silver"))).create();
        client.resource(configMap("three", Map.of())).create();
        var maps = client.configMaps().inNamespace(NAMESPACE);

        assertThat(names(maps.withLabelIn("tier", "gold", "bronze").list().getItems()))
                .containsExactly("one");
        assertThat(names(maps.withLabelNotIn("tier", "gold").list().getItems())).containsExactly("three", "two");
        assertThat(names(maps.withLabel("tier").withoutLabel("zone").list().getItems()))
                .containsExactly("two");
        assertThat(names(maps.withoutLabel("tier").list().getItems())).containsExactly("three");
        assertThat(names(maps.withField("metadata.name", "two").list().getItems()))
                .containsExactly("two");
        assertThatExceptionOfType(KubernetesClientException.class)
                .isThrownBy(() -> maps.withField("data.x", "1").list())
                .withMessageContaining("field label not supported: data.x");
    }

    @Test
    void deletesTogetherWhatALabelSelectsAndSaysWhatItWas() {
        for (String name : List.of("one", "two", "three")) {
            client.resource(configMap(name, Map.of("name", name))).create();
        }
        var maps = client.configMaps().inNamespace(NAMESPACE);

        assertThat(maps.withLabelIn("name", "one", "three", "nobody").delete())
                .extracting(StatusDetails::getName)
                .containsExactly("one", "three");
        assertThat(names(maps.list().getItems())).containsExactly("two");
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
    void keepsAnObjectUntilItsLastFinalizerIsGone() {
        ConfigMap held = client.resource(new ConfigMapBuilder(configMap("one", Map.of()))
                        .editMetadata()
                        .addToFinalizers("aicc.io/hold")
                        .endMetadata()
                        .build())
                .create();
        client.resource(held).delete();
        ConfigMap going = client.resource(held).get();
        assertThat(going.getMetadata().getDeletionTimestamp()).isNotNull();

        client.resource(going).edit(map -> new ConfigMapBuilder(map)
                .editMetadata()
                .withFinalizers(List.of())
                .endMetadata()
                .build());
        assertThat(client.resource(held).get()).isNull();
    }

    @Test
    void collectsWhatAnOwnerLeavesBehind() {
        ConfigMap owner = client.resource(configMap("owner", Map.of())).create();
        ConfigMap other = client.resource(configMap("other", Map.of())).create();
        client.resource(owned("child", owner)).create();
        client.resource(owned("shared", owner, other)).create();

        client.resource(owner).delete();

        assertThat(names(client.configMaps().inNamespace(NAMESPACE).list().getItems()))
                .containsExactly("other", "shared");
        assertThat(client.configMaps()
                        .inNamespace(NAMESPACE)
                        .withName("shared")
                        .get()
                        .getMetadata()
                        .getOwnerReferences())
                .singleElement()
                .satisfies(reference -> assertThat(reference.getName()).isEqualTo("other"));
    }

    @Test
    void leavesOrphansWhenAskedTo() {
        ConfigMap owner = client.resource(configMap("owner", Map.of())).create();
        client.resource(owned("child", owner)).create();
        client.resource(owner).withPropagationPolicy(DeletionPropagation.ORPHAN).delete();
        assertThat(client.configMaps()
                        .inNamespace(NAMESPACE)
                        .withName("child")
                        .get()
                        .getMetadata()
                        .getOwnerReferences())
                .isEmpty();
    }

    @Test
    void deletesForegroundOwnersAfterWhatTheyOwn() {
        ConfigMap owner = client.resource(configMap("owner", Map.of())).create();
        ConfigMap child = new ConfigMapBuilder(owned("child", owner))
                .editMetadata()
                .addToFinalizers("aicc.io/hold")
                .endMetadata()
                .build();
        client.resource(child).create();
        client.resource(owner)
                .withPropagationPolicy(DeletionPropagation.FOREGROUND)
                .delete();
        assertThat(client.resource(owner).get().getMetadata().getFinalizers()).containsExactly("foregroundDeletion");

        client.resource(child).edit(map -> new ConfigMapBuilder(map)
                .editMetadata()
                .withFinalizers(List.of())
                .endMetadata()
                .build());
        assertThat(client.resource(owner).get()).isNull();
    }

    @Test
    void deletesANamespaceWithAllThatIsInIt() {
        kubernetes.createNamespace("calls");
        client.resource(new ConfigMapBuilder()
                        .withNewMetadata()
                        .withName("one")
                        .withNamespace("calls")
                        .endMetadata()
                        .build())
                .create();
        client.namespaces().withName("calls").delete();
        assertThat(client.namespaces().withName("calls").get()).isNull();
        assertThat(client.configMaps().inNamespace("calls").list().getItems()).isEmpty();
    }

    @Test
    void givesABoundPodItsGraceAndAnUnboundOneNone() {
        Pod unbound = client.resource(pod("unbound")).create();
        client.resource(unbound).delete();
        assertThat(client.resource(unbound).get()).isNull();

        Pod bound = client.resource(new PodBuilder(pod("bound"))
                        .editSpec()
                        .withNodeName("here")
                        .endSpec()
                        .build())
                .create();
        client.resource(bound).delete();
        assertThat(client.resource(bound).get().getMetadata().getDeletionGracePeriodSeconds())
                .isEqualTo(30);
        client.resource(bound).withGracePeriod(0).delete();
        assertThat(client.resource(bound).get()).isNull();
    }

    @Test
    void appliesFromTheServerSide() {
        ConfigMap map = new ConfigMapBuilder(configMap("one", Map.of()))
                .addToData("a", "1")
                .build();
        client.resource(map).serverSideApply();
        ConfigMap applied = client.resource(
                        new ConfigMapBuilder(map).addToData("b", "2").build())
                .serverSideApply();
        assertThat(applied.getData()).containsOnly(Map.entry("a", "1"), Map.entry("b", "2"));
    }

    @Test
    void mergesListsByTheirKeyInAStrategicPatch() {
        Pod pod = client.resource(pod("one")).create();
        Pod patched = client.resource(pod)
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
                .withNamespace(NAMESPACE)
                .endMetadata()
                .addToStringData("k", "value")
                .build();
        assertThat(client.resource(secret).create().getData()).containsEntry("k", "dmFsdWU=");
    }

    @Test
    void keepsLeasesForLeaderElection() {
        var lease = new LeaseBuilder()
                .withNewMetadata()
                .withName("leader")
                .withNamespace(NAMESPACE)
                .endMetadata()
                .withNewSpec()
                .withHolderIdentity("me")
                .endSpec()
                .build();
        assertThat(client.resource(lease).create().getSpec().getHolderIdentity())
                .isEqualTo("me");
    }

    @Test
    void tellsAWatchWhatEntersChangesAndLeavesItsSelection() throws Exception {
        BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        try (var watch = client.configMaps()
                .inNamespace(NAMESPACE)
                .withLabel("tier", "gold")
                .watch(recorder(heard))) {
            assertThat(watch).isNotNull();
            ConfigMap map =
                    client.resource(configMap("one", Map.of("tier", "gold"))).create();
            client.resource(configMap("two", Map.of("tier", "silver"))).create();
            ConfigMap edited = client.resource(map)
                    .edit(m -> new ConfigMapBuilder(m).addToData("a", "1").build());
            ConfigMap left = client.resource(labelled(edited, "lead")).update();
            client.resource(labelled(left, "gold")).update();
            client.resource(map).delete();
            assertThat(List.of(next(heard), next(heard), next(heard), next(heard), next(heard)))
                    .containsExactly("ADDED one", "MODIFIED one", "DELETED one", "ADDED one", "DELETED one");
        }
    }

    @Test
    void resumesAWatchWhereItWas() throws Exception {
        ConfigMap first = client.resource(configMap("one", Map.of())).create();
        client.resource(configMap("two", Map.of())).create();
        BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        try (var watch = client.configMaps()
                .inNamespace(NAMESPACE)
                .withResourceVersion(first.getMetadata().getResourceVersion())
                .watch(recorder(heard))) {
            assertThat(watch).isNotNull();
            assertThat(next(heard)).isEqualTo("ADDED two");
        }
    }

    @Test
    void tellsAWatchOfAnotherServersLifeToListAgain() throws Exception {
        BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        try (var watch = client.configMaps()
                .inNamespace(NAMESPACE)
                .withResourceVersion("17")
                .watch(recorder(heard))) {
            assertThat(watch).isNotNull();
            assertThat(next(heard)).isEqualTo("closed 410");
        }
    }

    @Test
    void feedsAnInformer() {
        try (var informer = client.configMaps().inNamespace(NAMESPACE).inform()) {
            client.resource(configMap("one", Map.of())).create();
            await().atMost(10, TimeUnit.SECONDS)
                    .until(() -> informer.getStore().list().size() == 1);
            client.configMaps().inNamespace(NAMESPACE).withName("one").delete();
            await().atMost(10, TimeUnit.SECONDS)
                    .until(() -> informer.getStore().list().isEmpty());
        }
    }

    @Test
    void servesAKindFromTheMomentItIsDeclaredUntilItIsDeleted() {
        gadgets().resource(gadget("one", 1)).create();
        client.apiextensions()
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
        Pod pod = client.resource(pod("one")).create();
        assertThat(pod.getStatus().getPhase()).isEqualTo("Pending");
        pod.setStatus(new PodStatusBuilder().withPhase("Running").build());
        client.resource(pod).updateStatus();
        assertThat(names(client.pods()
                        .inNamespace(NAMESPACE)
                        .withField("status.phase", "Running")
                        .list()
                        .getItems()))
                .containsExactly("one");
    }

    private KubernetesClient client() {
        return new KubernetesClientBuilder()
                .withConfig(Config.fromKubeconfig(kubernetes.kubeconfig().toFile()))
                .build();
    }

    private NonNamespaceOperation<
                    GenericKubernetesResource, GenericKubernetesResourceList, Resource<GenericKubernetesResource>>
            gadgets() {
        return client.genericKubernetesResources("test.aicc.io/v1", "Gadget").inNamespace(NAMESPACE);
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

    private static ConfigMap configMap(String name, Map<String, String> labels) {
        return new ConfigMapBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace(NAMESPACE)
                .withLabels(labels)
                .endMetadata()
                .build();
    }

    private static ConfigMap labelled(ConfigMap map, String tier) {
        return new ConfigMapBuilder(map)
                .editMetadata()
                .addToLabels("tier", tier)
                .endMetadata()
                .build();
    }

    private static ConfigMap owned(String name, ConfigMap... owners) {
        var builder = new ConfigMapBuilder(configMap(name, Map.of())).editMetadata();
        for (ConfigMap owner : owners) {
            builder.addToOwnerReferences(new OwnerReferenceBuilder()
                    .withApiVersion("v1")
                    .withKind("ConfigMap")
                    .withName(owner.getMetadata().getName())
                    .withUid(owner.getMetadata().getUid())
                    .build());
        }
        return builder.endMetadata().build();
    }

    private static Pod pod(String name) {
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

    private static Watcher<ConfigMap> recorder(BlockingQueue<String> heard) {
        return new Watcher<>() {
            @Override
            public void eventReceived(Action action, ConfigMap map) {
                if (action != Action.BOOKMARK) { // Signs of life come when they like.
                    heard.add(action + " " + map.getMetadata().getName());
                }
            }

            @Override
            public void onClose(WatcherException cause) {
                heard.add("closed " + (cause.isHttpGone() ? "410" : cause));
            }
        };
    }

    private static String next(BlockingQueue<String> heard) throws InterruptedException {
        return Objects.requireNonNullElse(heard.poll(10, TimeUnit.SECONDS), "nothing heard");
    }

    private static List<String> names(List<? extends HasMetadata> objects) {
        return objects.stream().map(object -> object.getMetadata().getName()).toList();
    }
}
