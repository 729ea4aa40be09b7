package io.aicc.e2e.helm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.aicc.crd.CallSession;
import io.aicc.demo.played.PlayedWorkers;
import io.aicc.e2e.kube.AuditLog.Asked;
import io.aicc.e2e.kube.RealApiServer;
import io.aicc.e2e.kube.RealApiServerExtension;
import io.aicc.operator.Operator;
import io.aicc.operator.ari.AriController;
import io.aicc.runtime.Program;
import io.aicc.wire.MicroTime;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * The programs as the chart sets them up, with no rights but those of their accounts: the API server's own log tells what they
 * asked for. The operator has its environment, its key and its pool too, and a namespace that enforces the "restricted" pod
 * security standard.
 */
@ExtendWith(RealApiServerExtension.class)
class InstalledProgramsIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final KubernetesClient admin;
    private final Installation installation;
    private final String namespace;

    @TempDir
    private Path folder = Path.of("");

    InstalledProgramsIT(RealApiServer server) {
        this.admin = server.client();
        this.installation = Installation.of(
                server,
                "pool.warm.min=2",
                "pool.limits.keepEndedSeconds=0",
                "pool.ports.from=20000",
                "pool.ports.to=20003");
        this.namespace = installation.namespace();
    }

    @Test
    void theRightsOfItsAccountAreAllItNeedsAndItNeedsAllOfThem() throws Exception {
        installation.kubectl("label", "namespace", namespace, "pod-security.kubernetes.io/enforce=restricted");
        try (KubernetesClient own = installation.as("aicc-operator");
                PlayedWorkers played = new PlayedWorkers(admin, namespace);
                Program program = new Program("operator")) {
            var _ = Operator.start(environment(), own, program);

            // Leads, and makes the pods of the pool; tells in its status what stands.
            await().atMost(LIMIT).untilAsserted(() -> assertThat(status("{.warm} {.conditions[0].reason}"))
                    .isEqualTo("2 WarmBufferFull"));
            String renewed = leaseRenewal();

            // Serves a call, and marks its pod as one that has to stay.
            admin.resource(call()).inNamespace(namespace).create();
            await().atMost(LIMIT)
                    .untilAsserted(() -> assertThat(live()).singleElement().isEqualTo(servingPod()));
            String pod = servingPod();

            // Warns that the pool cannot be filled: it has two port pairs.
            await().atMost(LIMIT)
                    .untilAsserted(() -> assertThat(installation.kubectl("describe", "workerpool", "default"))
                            .containsPattern("Warning +PortsExhausted .*: 2 leased, 0 in quarantine, 0 free; widen"));

            // Mends a record that somebody wiped, and says so to whoever looks.
            installation.kubectl(
                    "patch",
                    "callsession",
                    "call-1",
                    "--subresource=status",
                    "--type=merge",
                    "-p",
                    "{\"status\":null}");
            await().atMost(LIMIT)
                    .untilAsserted(() -> assertThat(installation.kubectl("describe", "callsession", "call-1"))
                            .containsPattern("Warning +RecordRepaired +.* aicc-operator +pod " + pod));

            // Lets go of the pod, though not by its label, which somebody took away; deletes the record in time: here
            // at once.
            installation.kubectl("label", "pod", pod, "aicc.io/pod-");
            installation.kubectl("patch", "callsession", "call-1", "--type=merge", "-p", """
                    {"spec": {"ended": {"at": "%s", "reason": "CustomerHangup"}}}""".formatted(now()));
            await().atMost(LIMIT)
                    .untilAsserted(() -> assertThat(installation.kubectl("get", "callsessions,pods", "-o", "name"))
                            .doesNotContain("call-1", pod));
            await().atMost(LIMIT).untilAsserted(() -> assertThat(leaseRenewal()).isNotEqualTo(renewed));
        }
        assertThat(installation.asked("aicc-operator")).isNotEmpty().allMatch(Asked::allowed);
        assertThat(installation.unused("aicc-operator"))
                .as("rights that nothing has used")
                .containsExactlyInAnyOrder(
                        new Right("use", "workerpools.aicc.io"), // Both asked about by the policy for workers.
                        new Right("use-by-name", "workerpools.aicc.io"),
                        new Right(
                                "update", "leases.coordination.k8s.io")); // The framework wants it and does not use it.
    }

    /** Its PBX is not there: nearly all that it asks for when calls come, it asks for in a rehearsal too. */
    @Test
    void theRightsOfAControllersAccountAreAllItNeedsAndItNeedsAllOfThem() throws Exception {
        try (KubernetesClient own = installation.as("aicc-ari-seoul");
                Program program = new Program("ari-controller")) {
            Map<String, String> environment = Map.of(
                    "ARI_URL", "http://127.0.0.1:9",
                    "ARI_USERNAME", "aicc",
                    "ARI_PASSWORD", "nobody-asks-for-it",
                    "AICC_PBX_NAME", "seoul",
                    "AICC_NAMESPACE", namespace,
                    "AICC_LEASE_NAME", "aicc-ari-seoul",
                    "AICC_BIND_ADDRESS", "127.0.0.1",
                    "AICC_HEALTH_PORT", "0",
                    "AICC_METRICS_PORT", "0");
            AriController.start(environment, own, InstantSource.system(), program);

            await().atMost(LIMIT).untilAsserted(() -> assertThat(installation.unused("aicc-ari-seoul"))
                    .as("rights that nothing has used")
                    .isEmpty());
        }
        assertThat(installation.asked("aicc-ari-seoul")).isNotEmpty().allMatch(Asked::allowed);
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

    private static CallSession call() {
        return Serialization.unmarshal("""
                apiVersion: aicc.io/v1alpha1
                kind: CallSession
                metadata: {name: call-1}
                spec:
                  callId: pbx-1
                  customerNumber: "+82 2 1234 5678"
                  agentId: agent-7
                  requestedAt: "%s"
                """.formatted(now()), CallSession.class);
    }

    private static String now() {
        return MicroTime.format(Instant.now());
    }

    private String servingPod() {
        return installation.kubectl("get", "callsession", "call-1", "-o", "jsonpath={.status.worker.pod}");
    }

    private List<String> live() {
        return admin.pods().inNamespace(namespace).withLabel("aicc.io/live", "true").list().getItems().stream()
                .map(pod -> pod.getMetadata().getName())
                .toList();
    }

    private String status(String path) {
        String fields = path.replace("{.", "{.status.");
        return installation.kubectl("get", "workerpool", "default", "-o", "jsonpath=" + fields);
    }

    private String leaseRenewal() {
        return installation.kubectl("get", "lease", "aicc-operator", "-o", "jsonpath={.spec.renewTime}");
    }
}
