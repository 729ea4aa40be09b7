package io.aicc.e2e.helm;

import static io.aicc.e2e.helm.Installation.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.aicc.crd.CallSession;
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
            String theirs = "the controller of PBX seoul may only touch CallSessions whose label aicc.io/pbx says so";
            await("the policy")
                    .atMost(LIMIT)
                    .untilAsserted(() -> refused(
                            () -> seoul.resource(call("seoul-0", "busan"))
                                    .inNamespace(installation.namespace())
                                    .dryRun()
                                    .create(),
                            theirs));

            create(seoul, call("seoul-1", "seoul"));
            patch(seoul, "seoul-1", END);

            refused(() -> create(seoul, call("busan-2", "seoul")), "names begin with seoul-");
            refused(() -> patch(seoul, "busan-1", END), theirs);
            refused(() -> patch(seoul, "busan-1", labelled("seoul")), theirs);
            refused(() -> patch(seoul, "seoul-1", labelled("busan")), theirs);
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
