package io.aicc.e2e.helm;

import static io.aicc.e2e.helm.Installation.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.aicc.crd.CallSession;
import io.aicc.crd.CallSessionSpec;
import io.aicc.e2e.kube.RealApiServer;
import io.aicc.e2e.kube.RealApiServerExtension;
import io.aicc.wire.MicroTime;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;

/** What records somebody who got hold of an account of ours can and cannot make and change, beyond what its Role says. */
@ExtendWith(RealApiServerExtension.class)
@TestInstance(Lifecycle.PER_CLASS)
class GuardsIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final PatchContext MERGE = PatchContext.of(PatchType.JSON_MERGE);
    private static final String END = """
            {"spec": {"ended": {"at": "2026-01-31T12:00:00.000000Z", "reason": "CustomerHangup"}}}""";

    private static final String NOT_OURS =
            "the controller of PBX seoul may only touch CallSessions whose label aicc.io/pbx says so";

    /** Parts of metadata that are none of a controller's. */
    private static final List<String> SPOILT = List.of("""
            "labels": {"example.com/x": "x"}""", """
            "annotations": {"example.com/x": "x"}""", """
            "finalizers": ["example.com/hold"]""", """
            "ownerReferences": [{"apiVersion": "v1", "kind": "ConfigMap", "name": "x", "uid": "x"}]""");

    private final KubernetesClient admin;
    private final Installation installation;

    GuardsIT(RealApiServer server) {
        this.admin = server.client();
        this.installation = Installation.of(server);
    }

    @Test
    void aControllerMakesChangesAndEndsCallsOfItsOwnPbxOnly() {
        create(admin, call("busan-1", "busan"));
        try (KubernetesClient seoul = installation.as("aicc-ari-seoul")) {
            awaitPolicy(seoul);

            create(seoul, call("seoul-1", "seoul"));
            patch(seoul, "seoul-1", END);

            refused(() -> create(seoul, call("busan-2", "seoul")), "names begin with seoul-");
            refused(() -> patch(seoul, "busan-1", END), NOT_OURS);
            refused(() -> patch(seoul, "busan-1", labelled("seoul")), NOT_OURS);
            refused(() -> patch(seoul, "seoul-1", labelled("busan")), NOT_OURS);
        }
        assertThat(admin.resources(CallSession.class)
                        .inNamespace(installation.namespace())
                        .withName("busan-1")
                        .require()
                        .getSpec()
                        .ended())
                .isNull();
    }

    @Test
    void aControllerWritesNothingIntoTheMetadataOfItsCallsButTheirPbx() {
        String only =
                "may write no labels, annotations, finalizers or ownerReferences of a CallSession but the label aicc.io/pbx";
        try (KubernetesClient seoul = installation.as("aicc-ari-seoul")) {
            await("the policy").atMost(LIMIT).untilAsserted(() -> {
                CallSession spoilt = call("seoul-7", "seoul");
                spoilt.getMetadata().setFinalizers(List.of("example.com/hold"));
                refused(
                        () -> seoul.resource(spoilt)
                                .inNamespace(installation.namespace())
                                .dryRun()
                                .create(),
                        only);
            });
            for (String metadata : SPOILT) {
                CallSession spoilt = call("seoul-8", "seoul");
                spoilt.setMetadata(Serialization.unmarshal(
                        "{\"name\": \"seoul-8\", \"labels\": {\"aicc.io/pbx\": \"seoul\"}, %s}".formatted(metadata),
                        ObjectMeta.class));
                spoilt.getMetadata().getLabels().put("aicc.io/pbx", "seoul");
                refused(() -> create(seoul, spoilt), only);
            }
            CallSession call = call("seoul-9", "seoul");
            create(seoul, call);
            for (String metadata : SPOILT) {
                refused(() -> patch(seoul, "seoul-9", "{\"metadata\": {%s}}".formatted(metadata)), only);
            }
            patch(admin, "seoul-9", "{\"metadata\": {%s}}".formatted(String.join(", ", SPOILT)));
            patch(seoul, "seoul-9", END); // What others wrote there does not hinder it.
            refused(() -> patch(seoul, "seoul-9", "{\"metadata\": {\"finalizers\": null}}"), only);
        }
        patch(admin, "seoul-9", "{\"metadata\": {\"finalizers\": null}}");
    }

    @Test
    void aControllerFillsNoManagedFields() {
        String only = "may name nothing in managedFields of a CallSession but what it wrote by updates";
        try (KubernetesClient seoul = installation.as("aicc-ari-seoul")) {
            awaitPolicy(seoul);
            create(seoul, call("seoul-10", "seoul"));
            for (String spoilt : List.of(
                    entry("Update", "aicc.io/v1alpha1", "{\"f:spec\": {%s}}".formatted(names(300))),
                    entry("Update", "aicc.io/v1alpha1", "{\"f:spec\": {\"f:callId\": {%s}}}".formatted(names(300))),
                    entry("Update", "aicc.io/v1alpha1", "{\"f:metadata\": {\"f:labels\": {%s}}}".formatted(names(300))),
                    entry("Update", "aicc.io/v1alpha1", "{\"f:status\": {%s}}".formatted(names(300))),
                    entry("Update", "aicc.io/v1alpha1", "{%s}".formatted(names(300))),
                    entry("Apply", "aicc.io/v1alpha1", "{\"f:spec\": {%s}}".formatted(names(300))))) {
                String metadata = "\"managedFields\": [%s]".formatted(spoilt);
                refused(() -> patch(seoul, "seoul-10", "{\"metadata\": {%s}}".formatted(metadata)), only);
                CallSession made = call("seoul-11", "seoul");
                made.setMetadata(Serialization.unmarshal(
                        "{\"name\": \"seoul-11\", \"labels\": {\"aicc.io/pbx\": \"seoul\"}, %s}".formatted(metadata),
                        ObjectMeta.class));
                refused(() -> create(seoul, made), only);
            }
            String oneOfMany = entry("Apply", "aicc.io/v1alpha1", "{\"f:spec\": {\"f:callId\": {}}}");
            refused(
                    () -> patch(seoul, "seoul-10", "{\"metadata\": {\"managedFields\": [%s]}}".formatted(oneOfMany)),
                    only);
            refused(
                    () -> seoul.resource(call("seoul-12", "seoul"))
                            .inNamespace(installation.namespace())
                            .serverSideApply(),
                    only);
            patch(seoul, "seoul-10", END);
            for (String cut : List.of(
                    entry("Update", "aicc.io/v1alpha1", "{\"f:spec\": {\".\": {%s}}}".formatted(names(300))),
                    entry("Update", "aicc.io/" + "v".repeat(100_000), "{\"f:spec\": {\"f:callId\": {}}}"))) {
                patch(seoul, "seoul-10", "{\"metadata\": {\"managedFields\": [%s]}}".formatted(cut));
            }
        }
        assertThat(admin.raw("/apis/aicc.io/v1alpha1/namespaces/%s/callsessions/seoul-10"
                        .formatted(installation.namespace())))
                .as("the server takes in nothing else that is long")
                .hasSizeLessThan(2_000);
    }

    @Test
    void aControllerChangesAndEndsACallThatSomebodyAppliedAndOthersChanged() {
        CallSession applied = call("seoul-13", "seoul");
        applied.getMetadata().getLabels().put("example.com/team", "a");
        applied.getMetadata().setAnnotations(Map.of("example.com/note", "by hand"));
        applied.setSpec(Serialization.unmarshal("""
                {"callId": "c", "requestedAt": "2026-01-31T11:00:00.000000Z", "pbx": {"host": "pbx-1"},
                 "mediaSources": {"customer": "192.0.2.1:4000", "agent": "192.0.2.1:4002"},
                 "callEvents": [{"at": "2026-01-31T11:00:01.000000Z", "type": "Hold", "channel": "customer"}]}""", CallSessionSpec.class));
        try (KubernetesClient seoul = installation.as("aicc-ari-seoul")) {
            awaitPolicy(seoul);
            admin.resource(applied)
                    .inNamespace(installation.namespace())
                    .fieldManager("kubectl")
                    .serverSideApply();
            admin.resource(call("seoul-13", ""))
                    .inNamespace(installation.namespace())
                    .subresource("status")
                    .patch(MERGE, "{\"status\": {\"phase\": \"Pending\"}}");
            patch(
                    seoul,
                    "seoul-13",
                    "{\"spec\": {\"mediaSources\": {\"customer\": \"192.0.2.1:5000\", \"agent\": \"192.0.2.1:4002\"}}}");
            patch(seoul, "seoul-13", "{\"spec\": {\"mediaSources\": {\"agent\": \"192.0.2.1:5002\"}}}");
            patch(seoul, "seoul-13", """
                    {"spec": {"callEvents": [
                      {"at": "2026-01-31T11:00:01.000000Z", "type": "Hold", "channel": "customer"},
                      {"at": "2026-01-31T11:00:02.000000Z", "type": "Unhold", "channel": "customer"}]}}""");
            patch(seoul, "seoul-13", END);
        }
    }

    private static String entry(String operation, String apiVersion, String fields) {
        return """
                {"manager": "m", "operation": "%s", "apiVersion": "%s", "fieldsType": "FieldsV1", "fieldsV1": %s,
                 "time": "2026-01-31T12:00:00Z"}""".formatted(operation, apiVersion, fields);
    }

    /** So many fields that there are not. */
    private static String names(int many) {
        return IntStream.range(0, many)
                .mapToObj(i -> "\"f:x%d%s\": {}".formatted(i, "y".repeat(900)))
                .collect(Collectors.joining(", "));
    }

    /** Until it binds: it does so some time after it was made. */
    private void awaitPolicy(KubernetesClient seoul) {
        await("the policy")
                .atMost(LIMIT)
                .untilAsserted(() -> refused(
                        () -> seoul.resource(call("seoul-0", "busan"))
                                .inNamespace(installation.namespace())
                                .dryRun()
                                .create(),
                        NOT_OURS));
    }

    @Test
    void nobodyTakesTheLeaseOfAnotherProgram() {
        for (String account : new String[] {"aicc-operator", "aicc-ari-seoul"}) {
            try (KubernetesClient client = installation.as(account)) {
                await("the policy")
                        .atMost(LIMIT)
                        .untilAsserted(() -> refused(
                                () -> client.resource(lease("aicc-ari-busan"))
                                        .dryRun()
                                        .create(),
                                account + " may only make the Lease of its own name, not aicc-ari-busan"));

                client.resource(lease(account)).create();
            }
        }
    }

    @Test
    void theOperatorMakesNoConfigMapButItsOwn() {
        try (KubernetesClient operator = installation.as("aicc-operator")) {
            await("the policy")
                    .atMost(LIMIT)
                    .untilAsserted(() -> refused(
                            () -> operator.resource(configMap("corporate-ca"))
                                    .dryRun()
                                    .create(),
                            "aicc-operator may only make the ConfigMap of its own name, not corporate-ca"));

            operator.resource(configMap("aicc-operator")).dryRun().create();
        }
    }

    private void create(KubernetesClient client, CallSession call) {
        client.resource(call).inNamespace(installation.namespace()).create();
    }

    /** One that is only named would be read first, and a controller may not. */
    private void patch(KubernetesClient client, String name, String change) {
        client.resource(call(name, "")).inNamespace(installation.namespace()).patch(MERGE, change);
    }

    private static String labelled(String pbx) {
        return """
                {"metadata": {"labels": {"aicc.io/pbx": "%s"}}}""".formatted(pbx);
    }

    private static CallSession call(String name, String pbx) {
        return Serialization.unmarshal(
                """
                apiVersion: aicc.io/v1alpha1
                kind: CallSession
                metadata: {name: %s, labels: {aicc.io/pbx: %s}}
                spec: {callId: %s, requestedAt: "%s"}
                """.formatted(name, pbx, name, MicroTime.format(Instant.now())), CallSession.class);
    }

    private ConfigMap configMap(String name) {
        return new ConfigMapBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace(installation.namespace())
                .endMetadata()
                .build();
    }

    private Lease lease(String name) {
        return new LeaseBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace(installation.namespace())
                .endMetadata()
                .build();
    }
}
