package io.aicc.e2e.helm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.aicc.crd.CallSession;
import io.aicc.e2e.kube.RealApiServer;
import io.aicc.e2e.kube.RealApiServerExtension;
import io.aicc.operator.Operator;
import io.aicc.runtime.Program;
import io.aicc.wire.MicroTime;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * The operator program as the chart sets it up: its environment, its key, its pool, and no rights but those of its account,
 * in a namespace that enforces the "restricted" pod security standard.
 */
@ExtendWith(RealApiServerExtension.class)
class InstalledOperatorIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final KubernetesClient admin;
    private final Installation installation;
    private final String namespace;

    @TempDir
    private Path folder = Path.of("");

    InstalledOperatorIT(RealApiServer server) {
        this.admin = server.client();
        this.installation = Installation.of(
                server, "pool.warm.min=2", "pool.limits.readySeconds=1", "pool.limits.keepEndedSeconds=0");
        this.namespace = installation.namespace();
    }

    @Test
    void theRightsOfItsAccountAreAllItNeeds() throws Exception {
        installation.kubectl("label", "namespace", namespace, "pod-security.kubernetes.io/enforce=restricted");
        try (KubernetesClient own = installation.as("aicc-operator");
                Program program = new Program("operator")) {
            assertThatThrownBy(() -> own.secrets().inNamespace(namespace).list())
                    .isInstanceOf(KubernetesClientException.class)
                    .hasMessageContaining("forbidden");

            var _ = Operator.start(environment(), own, program);

            // Leads, and makes the pods of the pool; tells in its status what stands.
            await().atMost(LIMIT).untilAsserted(() -> assertThat(workers()).hasSizeGreaterThanOrEqualTo(2));
            await().atMost(LIMIT).untilAsserted(() -> assertThat(status("{.starting} {.conditions[0].reason}"))
                    .isEqualTo("2 Filling"));
            assertThat(installation.kubectl("get", "lease", "aicc-operator", "-o", "name"))
                    .isNotBlank();

            // Writes into the record of a call, and deletes it in time: here at once, for no worker can ever run.
            admin.resource(callThatNobodyAnswers()).inNamespace(namespace).create();
            await().atMost(LIMIT)
                    .untilAsserted(() -> assertThat(installation.kubectl("get", "callsessions", "-o", "name"))
                            .isEmpty());

            // Deletes a pod that failed, and renews its lease.
            String renewed = leaseRenewal();
            String failed = workers().getFirst().getMetadata().getName();
            String failure = "{\"status\": {\"phase\": \"Failed\"}}";
            installation.kubectl("patch", "pod", failed, "--subresource=status", "--type=merge", "-p", failure);
            await().atMost(LIMIT).untilAsserted(() -> assertThat(installation.kubectl("get", "pods", "-o", "name"))
                    .doesNotContain(failed));
            await().atMost(LIMIT).untilAsserted(() -> assertThat(leaseRenewal()).isNotEqualTo(renewed));
        }
    }

    /** What the Deployment says, with the pod's own facts filled in; ports are the system's choice, for there is no pod. */
    private Map<String, String> environment() throws IOException {
        Path key = folder.resolve("control-key.pem");
        Files.write(
                key,
                Base64.getDecoder()
                        .decode(installation.kubectl(
                                "get", "secret", "aicc-control-key", "-o", "jsonpath={.data.control-key\\.pem}")));
        List<EnvVar> declared = admin.apps()
                .deployments()
                .inNamespace(namespace)
                .withName("aicc-operator")
                .get()
                .getSpec()
                .getTemplate()
                .getSpec()
                .getContainers()
                .getFirst()
                .getEnv();
        Map<String, String> environment = new HashMap<>();
        declared.forEach(variable -> environment.put(variable.getName(), variable.getValue()));
        environment.put("AICC_NAMESPACE", namespace);
        environment.put("AICC_CONTROL_KEY_FILE", key.toString());
        environment.put("AICC_BIND_ADDRESS", "127.0.0.1");
        environment.put("AICC_HEALTH_PORT", "0");
        environment.put("AICC_METRICS_PORT", "0");
        return environment;
    }

    private CallSession callThatNobodyAnswers() {
        return Serialization.unmarshal("""
                apiVersion: aicc.io/v1alpha1
                kind: CallSession
                metadata: {name: call-1}
                spec:
                  callId: pbx-1
                  customerNumber: "+82 2 1234 5678"
                  agentId: agent-7
                  requestedAt: "%s"
                """.formatted(MicroTime.format(Instant.now())), CallSession.class);
    }

    private String status(String path) {
        String fields = path.replace("{.", "{.status.");
        return installation.kubectl("get", "workerpool", "default", "-o", "jsonpath=" + fields);
    }

    private String leaseRenewal() {
        return installation.kubectl("get", "lease", "aicc-operator", "-o", "jsonpath={.spec.renewTime}");
    }

    private List<Pod> workers() {
        return admin.pods()
                .inNamespace(namespace)
                .withLabel("app.kubernetes.io/name", "aicc-call-worker")
                .list()
                .getItems();
    }
}
