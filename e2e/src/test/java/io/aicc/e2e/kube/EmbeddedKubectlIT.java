package io.aicc.e2e.kube;

import static org.assertj.core.api.Assertions.assertThat;

import io.aicc.crd.CallSession;
import io.aicc.demo.api.EmbeddedKubernetes;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real kubectl beside the in-process API server, as a user of the demo has it. */
class EmbeddedKubectlIT {
    private static final String SESSION = """
            apiVersion: aicc.io/v1alpha1
            kind: CallSession
            metadata: {name: call-1, labels: {team: a}}
            spec:
              callId: pbx1-42
              customerNumber: "+8221234"
              agentId: agent-7
              requestedAt: "2026-01-31T12:00:00.000000Z"
            """;

    private static final String READY = """
            {"status": {"phase": "Ready",
              "mediaEndpoint": {"host": "127.64.0.1", "customerPort": 20000, "agentPort": 20001, "generation": 1},
              "worker": {"pod": "worker-abc", "uid": "u1"},
              "conditions": [{"type": "Ready", "status": "True", "reason": "WorkerAcknowledged", "message": "",
                              "lastTransitionTime": "2026-01-31T12:00:00Z"}]}}""";

    @TempDir
    Path directory;

    private EmbeddedKubernetes kubernetes;
    private Path session;

    @BeforeEach
    void start() throws IOException {
        kubernetes = EmbeddedKubernetes.start(directory.resolve("kubeconfig"));
        for (String plural : List.of("callsessions", "workerpools")) {
            try (InputStream definition =
                    CallSession.class.getResourceAsStream("/crd/%s.aicc.io.yaml".formatted(plural))) {
                kubernetes.install(Objects.requireNonNull(definition, plural));
            }
        }
        session = Files.writeString(directory.resolve("session.yaml"), SESSION);
    }

    @AfterEach
    void stop() {
        kubernetes.close();
    }

    @Test
    void showsTheColumnsOfACall() {
        applied();
        ready();

        String[] lines = kubectl("get", "callsessions").orFail().split("\n");
        assertThat(lines[0].split(" +"))
                .containsExactly("NAME", "PHASE", "CUSTOMER", "AGENT", "PORTS", "WORKER", "TURNS", "AGE");
        assertThat(lines[1]).matches("call-1 +Ready +\\+8221234 +agent-7 +20000 +worker-abc +\\d+s *");
        assertThat(kubectl("get", "calls", "-o", "wide").orFail()).contains("WHY", "WorkerAcknowledged", "en-US");
        assertThat(kubectl("get", "aicc").orFail()).contains("call-1");
    }

    @Test
    void followsACallWithTheSameColumns() throws Exception {
        applied();
        Process watch =
                command("get", "callsessions", "-w").redirectErrorStream(true).start();
        try (BufferedReader lines = watch.inputReader()) {
            assertThat(lines.readLine()).startsWith("NAME");
            assertThat(lines.readLine()).startsWith("call-1").doesNotContain("Ready");
            ready();
            assertThat(lines.readLine()).matches("call-1 +Ready +\\+8221234 +agent-7 +20000 .*");
        } finally {
            watch.destroy();
        }
    }

    @Test
    void describesLabelsAnnotatesAndDeletes() {
        applied();
        ready();
        kubectl("label", "call", "call-1", "tier=gold").orFail();
        kubectl("annotate", "call", "call-1", "note=seen").orFail();
        assertThat(kubectl("describe", "call", "call-1").orFail())
                .contains("tier=gold", "note: seen", "Customer Number:  +8221234")
                .containsPattern("Phase: +Ready");
        assertThat(kubectl("get", "calls", "-l", "tier in (gold,silver)", "-o", "name")
                        .orFail())
                .isEqualToIgnoringNewLines("callsession.aicc.io/call-1");
        assertThat(kubectl("get", "calls", "--field-selector", "status.phase=Pending", "-o", "name")
                        .orFail())
                .isEmpty();
        kubectl("delete", "call", "call-1").orFail();
        assertThat(kubectl("get", "call", "call-1").errors()).contains("callsessions.aicc.io \"call-1\" not found");
    }

    @Test
    void appliesAgainWithoutAChangeAndFromTheServerSide() {
        applied();
        assertThat(kubectl("apply", "-f", session.toString()).orFail()).contains("unchanged");
        assertThat(kubectl("apply", "--server-side", "--force-conflicts", "-f", session.toString())
                        .orFail())
                .contains("serverside-applied");
    }

    @Test
    void refusesWhatTheSchemaRefuses() throws IOException {
        Path broken = Files.writeString(
                directory.resolve("broken.yaml"),
                SESSION.replace("pbx1-42", "a b").replace("agent-7", "x".repeat(65)));
        CommandResult refused = kubectl("apply", "-f", broken.toString());
        assertThat(refused.exitCode()).isNotZero();
        assertThat(refused.errors())
                .contains(
                        "spec.callId: Invalid value: \"a b\"", "spec.agentId: Too long: may not be more than 64 bytes");

        Path misspelt = Files.writeString(directory.resolve("misspelt.yaml"), SESSION.replace("agentId", "agentID"));
        assertThat(kubectl("apply", "-f", misspelt.toString()).errors()).contains("unknown field \"spec.agentID\"");
    }

    /** {@code kubectl create} writes what it makes itself in a format of its own, protobuf. */
    @Test
    void saysHowToCreateWhatKubectlMakesItself() throws IOException {
        assertThat(kubectl("create", "secret", "generic", "desk", "--from-literal=jwt-key=x")
                        .errors())
                .contains("got application/vnd.kubernetes.protobuf", "--dry-run=client -o yaml | kubectl apply -f -");

        String secret = kubectl(
                        "create",
                        "secret",
                        "generic",
                        "desk",
                        "--from-literal=jwt-key=x",
                        "--dry-run=client",
                        "-o",
                        "yaml")
                .orFail();
        Path file = Files.writeString(directory.resolve("secret.yaml"), secret);
        assertThat(kubectl("apply", "-f", file.toString()).orFail()).contains("secret/desk created");
    }

    @Test
    void explainsTheFieldsOfACall() {
        assertThat(kubectl("explain", "callsessions.spec.customerNumber").orFail())
                .contains("The customer's number as the PBX shows it");
    }

    private void applied() {
        assertThat(kubectl("apply", "-f", session.toString()).orFail()).contains("call-1 created");
    }

    private void ready() {
        kubectl("patch", "call", "call-1", "--subresource=status", "--type=merge", "-p", READY)
                .orFail();
    }

    private CommandResult kubectl(String... arguments) {
        return CommandResult.of(command(arguments), Duration.ofSeconds(60));
    }

    private ProcessBuilder command(String... arguments) {
        List<String> command = new ArrayList<>(List.of(program().toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("KUBECONFIG", kubernetes.kubeconfig().toString());
        // kubectl keeps what it discovered under HOME.
        builder.environment().put("HOME", directory.toString());
        return builder;
    }

    /** A user's own kubectl, or the one that was provided for the real API server. */
    private static Path program() {
        return Stream.of(Objects.requireNonNullElse(System.getenv("PATH"), "").split(File.pathSeparator))
                .map(folder -> Path.of(folder, "kubectl"))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseGet(() -> KubernetesPrograms.find().program("kubectl"));
    }
}
