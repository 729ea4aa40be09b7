package io.aicc.e2e.helm;

import static io.aicc.e2e.helm.Installation.refused;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.aicc.crd.WorkerPool;
import io.aicc.e2e.kube.RealApiServer;
import io.aicc.e2e.kube.RealApiServerExtension;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.scheduling.v1.PriorityClass;
import io.fabric8.kubernetes.api.model.scheduling.v1.PriorityClassBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.PodResource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.fabric8.zjsonpatch.JsonPatch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What pods somebody who got hold of the operator's account can and cannot make and change with it, beyond what its Role says. */
@ExtendWith(RealApiServerExtension.class)
@TestInstance(Lifecycle.PER_CLASS)
class PodGuardsIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Path PODS = Path.of(System.getProperty("aicc.root"), "operator/src/test/resources/pool");
    private static final String PLAIN = "pod.yaml";
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final PatchContext MERGE = PatchContext.of(PatchType.JSON_MERGE);
    private static final PatchContext STRATEGIC = PatchContext.of(PatchType.STRATEGIC_MERGE);

    private final KubernetesClient admin;
    private final Installation installation;

    PodGuardsIT(RealApiServer server) {
        this.admin = server.client();
        this.installation = Installation.of(
                server,
                "pool.outputs[0].secretRef=desk-key",
                "pool.outputs[1].name=archive",
                "pool.outputs[1].url=wss://archive.example/in",
                "pool.outputs[1].clientId=aicc",
                "pool.outputs[1].secretRef=archive-key",
                "pool.outputCa.configMap=corporate-ca",
                "pool.speech.engine=google",
                "pool.settings.AICC_GOOGLE_PROJECT=calls",
                "pool.speech.credentialsSecret=speech-account",
                "pool.scheduling.priorityClassName=calls");
        PriorityClass calls = new PriorityClassBuilder()
                .withNewMetadata()
                .withName("calls")
                .endMetadata()
                .withValue(1_000)
                .build();
        admin.resource(calls).create();
    }

    /** The pod is the one that the operator makes, as its own tests keep it. */
    @Test
    void theOperatorMakesItsWorkers() {
        try (KubernetesClient operator = installation.as("aicc-operator")) {
            await("the policies know the pool")
                    .atMost(LIMIT)
                    .ignoreExceptions()
                    .untilAsserted(() -> make(operator, PLAIN, ""));
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            metadata/labels/app.kubernetes.io~1name         | "other"                                                | may only create workers
            metadata/ownerReferences                        | []                                                     | may only create workers
            metadata/labels/aicc.io~1pool                   | "another"                                              | may only create workers
            spec/serviceAccountName                         | "aicc-ari-seoul"                                       | no account and no token
            spec/automountServiceAccountToken               | true                                                   | no account and no token
            spec/hostNetwork                                | true                                                   | node
            spec/hostPID                                    | true                                                   | shares nothing with its node
            spec/nodeName                                   | "node-1"                                               | shares nothing with its node
            spec/hostAliases                                | [{"ip": "192.0.2.1", "hostnames": ["receiver"]}]       | resolve names like this
            spec/priorityClassName                          | "system-node-critical"                                 | another priority
            spec/securityContext                            | {}                                                     | no privileges
            spec/volumes/-                                  | {"name": "node", "hostPath": {"path": "/"}}          | no other volumes
            spec/volumes/-                                  | {"name": "token", "projected": {"sources": [{"serviceAccountToken": {"path": "token"}}]}} | no other volumes
            spec/volumes/2/secret/secretName                | "pbx-seoul"                                            | read the Secrets desk-key, archive-key, speech-account and no others
            spec/initContainers                             | [{"name": "first", "image": "evil:1"}]                 | runs what its image runs
            spec/containers/-                               | {"name": "second", "image": "evil:1", "securityContext": {"allowPrivilegeEscalation": false, "capabilities": {"drop": ["ALL"]}}} | gives its workers no such sidecars
            spec/volumes/-                                  | {"name": "files", "configMap": {"name": "any"}}        | has no such volumes
            spec/containers/0/image                         | "evil:1"                                               | runs aicc/call-worker:0.1.0, not evil:1
            spec/containers/0/command                       | ["sh", "-c", "true"]                                   | runs what its image runs
            spec/containers/0/livenessProbe                 | {"exec": {"command": ["true"]}}                        | runs what its image runs
            spec/containers/0/readinessProbe/httpGet/host   | "192.0.2.1"                                            | runs what its image runs
            spec/containers/0/envFrom                       | [{"secretRef": {"name": "pbx-seoul"}}]                 | runs what its image runs
            spec/containers/0/env/-                         | {"name": "JAVA_TOOL_OPTIONS", "value": "-version"}     | told its settings
            spec/containers/0/env/-                         | {"name": "AICC_LANGUAGE", "valueFrom": {"secretKeyRef": {"name": "pbx-seoul", "key": "ari-password"}}}  | told its settings
            spec/containers/0/env/-                         | {"name": "AICC_OUTPUT_CA", "valueFrom": {"secretKeyRef": {"name": "pbx-seoul", "key": "ari-password"}}} | no such authorities
            spec/containers/0/securityContext               | {"privileged": true}                                   | no privileges
            spec/containers/0/securityContext/readOnlyRootFilesystem | false                                         | no privileges
            spec/containers/0/securityContext/capabilities  | {"drop": ["ALL"], "add": ["NET_RAW"]}                  | no privileges
            spec/securityContext/appArmorProfile            | {"type": "Unconfined"}                                 | no privileges
            spec/containers/0/securityContext/seLinuxOptions | {"type": "spc_t"}                                     | no privileges
            spec/containers/0/ports/0/hostPort              | 8080                                                   | no ports of
            spec/containers/0/ports/3/hostPort              | 20480                                                  | take no ports of their nodes
            """)
    void theOperatorMakesNoOtherPods(String place, String value, String why) {
        try (KubernetesClient operator = installation.as("aicc-operator")) {
            await("the policies")
                    .atMost(LIMIT)
                    .untilAsserted(() -> refused(() -> make(operator, PLAIN, with(place, value)), why));
        }
    }

    /** The pod is the one that the operator makes of this template. */
    @Test
    void theOperatorMakesThePodsOfATemplateWhileItsPoolHasIt() throws IOException {
        try (KubernetesClient operator = installation.as("aicc-operator")) {
            template(Serialization.asJson(
                    Serialization.unmarshal(Files.readString(PODS.resolve("template.yaml")), JsonNode.class)));
            await("the policies are there")
                    .atMost(LIMIT)
                    .untilAsserted(() -> refused(
                            () -> make(operator, "pod-template.yaml", with("spec/containers/1/image", "\"evil:1\"")),
                            "no such sidecars"));
            await("the policies know the template")
                    .atMost(LIMIT)
                    .ignoreExceptions()
                    .untilAsserted(() -> make(operator, "pod-template.yaml", ""));

            for (String[] change : new String[][] {
                {"spec/containers/1/image", "'evil:1'", "no such sidecars"},
                {"spec/containers/1/command", "['sh']", "no such sidecars"},
                {"spec/containers/1/volumeMounts/-", "{'name': 'key-2', 'mountPath': '/key'}", "no such sidecars"},
                {"spec/containers/1/env/-", "{'name': 'LD_PRELOAD', 'value': '/logs/evil'}", "podTemplate says"},
                {"spec/containers/1/env/1/valueFrom/secretKeyRef/name", "'pbx-seoul'", "podTemplate says"},
                {"spec/containers/0/env/-", "{'name': 'JAVA_OPTIONS', 'value': '-version'}", "podTemplate says"},
                {"spec/containers/1/envFrom", "[{'secretRef': {'name': 'pbx-seoul'}}]", "runs what its image runs"},
                {"spec/containers/1/livenessProbe", "{'exec': {'command': ['true']}}", "sidecars have no probes"},
                {"spec/containers/1/securityContext/runAsUser", "0", "no privileges"},
                {"spec/containers/1/securityContext", "{'privileged': true}", "no privileges"},
                {"spec/volumes/6/configMap/name", "'any'", "no such volumes"},
                {"spec/volumes/7/secret/secretName", "'desk-key'", "no such volumes"},
                {"spec/hostAliases/0/ip", "'192.0.2.8'", "resolve names like this"},
            }) {
                refused(
                        () -> make(operator, "pod-template.yaml", with(change[0], change[1].replace('\'', '"'))),
                        change[2]);
            }

            template("null");
            await("the policies know that there is none")
                    .atMost(LIMIT)
                    .untilAsserted(() -> refused(
                            () -> make(operator, "pod-template.yaml", ""),
                            "read the Secrets desk-key, archive-key, speech-account and no others"));
        }
    }

    /** It makes them while the one that spec says is refused; and nothing is kept that spec never said. */
    @Test
    void theOperatorMakesThePodsOfTheTemplateThatItKept() throws IOException {
        String good = Serialization.asJson(
                Serialization.unmarshal(Files.readString(PODS.resolve("template.yaml")), JsonNode.class));
        try (KubernetesClient operator = installation.as("aicc-operator")) {
            template(good);
            await("the policy")
                    .atMost(LIMIT)
                    .untilAsserted(() -> refused(
                            () -> keep(operator, """
                                    , {"op": "add", "path": "/status/applied", "value": {"worker": {"image": "evil:1"}}}"""),
                            "status.applied is a copy of what spec says or has said, and nothing else"));
            keep(operator, """
                    , {"op": "copy", "from": "/spec", "path": "/status/applied"}""");
            template("null");
            template("{\"spec\": {\"hostPID\": true, \"volumes\": [{}], \"containers\": [{\"image\": \"new:1\"}]}}");
            image("new:1");

            await("the policies know the template")
                    .atMost(LIMIT)
                    .ignoreExceptions()
                    .untilAsserted(() -> make(operator, "pod-template.yaml", ""));
            make(operator, PLAIN, "");
            refused(
                    () -> make(operator, "pod-template.yaml", with("spec/containers/1/image", "\"evil:1\"")),
                    "no such sidecars");
            keep(operator, "");
        } finally {
            image("aicc/call-worker:0.1.0");
            template("null");
        }
    }

    /** Writes a status: operations of a JSON Patch on an empty one. */
    private void keep(KubernetesClient operator, String operations) {
        WorkerPool pool = new WorkerPool();
        pool.getMetadata().setName("default");
        operator.resource(pool)
                .inNamespace(installation.namespace())
                .subresource("status")
                .patch(
                        PatchContext.of(PatchType.JSON),
                        "[{\"op\": \"add\", \"path\": \"/status\", \"value\": {}}%s]".formatted(operations));
    }

    private void image(String image) {
        admin.resources(WorkerPool.class)
                .inNamespace(installation.namespace())
                .withName("default")
                .patch(MERGE, "{\"spec\": {\"worker\": {\"image\": \"%s\"}}}".formatted(image));
    }

    private void template(String json) {
        admin.resources(WorkerPool.class)
                .inNamespace(installation.namespace())
                .withName("default")
                .patch(MERGE, "{\"spec\": {\"worker\": {\"podTemplate\": %s}}}".formatted(json));
    }

    @Test
    void theOperatorMakesWorkersOfThePoolsThatItsRoleNames() {
        String change = """
                , {"op": "replace", "path": "/metadata/labels/aicc.io~1pool", "value": "another"},
                {"op": "replace", "path": "/metadata/ownerReferences/0/name", "value": "another"}""";
        try (KubernetesClient operator = installation.as("aicc-operator")) {
            await("the policies")
                    .atMost(LIMIT)
                    .untilAsserted(() -> refused(
                            () -> make(operator, PLAIN, change),
                            "the operator has no right to use WorkerPool another"));
        }
    }

    @Test
    void theOperatorMarksItsWorkersAndChangesNothingElse() throws IOException {
        var pods = admin.pods().inNamespace(installation.namespace());
        Pod made = pods.resource(worker(PLAIN, ", {\"op\": \"remove\", \"path\": \"/metadata/ownerReferences\"}"))
                .create();
        try (KubernetesClient operator = installation.as("aicc-operator")) {
            PodResource worker =
                    operator.pods().inNamespace(installation.namespace()).resource(made);
            for (String change : new String[] {
                "{'spec': {'containers': [{'name': 'worker', 'image': 'evil:1'}]}}",
                "{'metadata': {'labels': {'aicc.io/pool': 'another'}}}",
                "{'metadata': {'labels': {'app.kubernetes.io/name': null}}}",
                "{'metadata': {'annotations': {'other': 'true'}}}",
                "{'metadata': {'finalizers': ['aicc.io/mine']}}",
            }) {
                await("the policy")
                        .atMost(LIMIT)
                        .untilAsserted(() -> refused(
                                () -> worker.dryRun().patch(STRATEGIC, change.replace('\'', '"')),
                                "the operator may only mark a worker as one that has a call"));
            }

            worker.patch(
                    MERGE,
                    "{'metadata': {'labels': {'aicc.io/live': 'true'}, 'annotations': {'cluster-autoscaler.kubernetes.io/safe-to-evict': 'false'}}}"
                            .replace('\'', '"'));
        }
        pods.withName("default-abcdefgh").delete();
    }

    /** Asks the API server whether it would. */
    private void make(KubernetesClient client, String file, String changes) throws IOException {
        client.resource(worker(file, changes))
                .inNamespace(installation.namespace())
                .dryRun()
                .create();
    }

    /** The operation that says this there. */
    private static String with(String place, String value) {
        return ", {\"op\": \"add\", \"path\": \"/%s\", \"value\": %s}".formatted(place, value);
    }

    /** The operator's own pod in this installation, changed by these operations of a JSON Patch (RFC 6902). */
    private static Pod worker(String file, String changes) throws IOException {
        String ours = """
                {"op": "remove", "path": "/metadata/namespace"},
                {"op": "replace", "path": "/spec/containers/0/image", "value": "aicc/call-worker:0.1.0"}""";
        JsonNode pod = JsonPatch.apply(
                JSON.readTree("[" + ours + changes + "]"),
                Serialization.unmarshal(Files.readString(PODS.resolve(file)), JsonNode.class));
        return Serialization.unmarshal(pod.toString(), Pod.class);
    }
}
