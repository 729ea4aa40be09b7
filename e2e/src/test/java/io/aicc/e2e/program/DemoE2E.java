package io.aicc.e2e.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.aicc.crd.CallSession;
import io.aicc.crd.Phase;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.dsl.Resource;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The demo as a user starts it: a program of its own that says by its exit status whether everything held. Two demos meet on one machine. */
@Execution(ExecutionMode.CONCURRENT)
class DemoE2E {
    private static final Path JAVA = Path.of(System.getProperty("java.home"), "bin", "java");

    private static final String LOG = "demo.log";
    private static final Duration START_LIMIT = Duration.ofMinutes(2);

    @TempDir
    private Path directory;

    @Test
    void twoCallsAreHeardWholeAndApartAndEverythingIsReclaimed() throws Exception {
        Path file = directory.resolve("r.json");

        Outcome outcome = demo("--once", "--calls", "2", "--page-port", "0", "--report", file.toString());

        assertThat(outcome.status()).as(outcome.output()).isZero();
        JsonNode report = JsonMapper.builder().build().readTree(file.toFile());
        assertThat(report.path("ok").asBoolean()).isTrue();
        assertThat(report.path("calls")).hasSize(2);
        for (JsonNode call : report.path("calls")) {
            assertThat(call.path("readyMs").asLong()).isBetween(1L, 30_000L);
            assertThat(call.path("firstWordMs").asLong()).isBetween(1L, 30_000L);
            assertThat(call.path("foreignWords").asInt(-1)).isZero();
            assertThat(call.path("finals").path("expected").asLong())
                    .isPositive()
                    .isEqualTo(call.path("finals").path("acknowledged").asLong());
            assertThat(call.path("wordErrorRate")
                            .path("customer")
                            .path("pipeline")
                            .asDouble(1))
                    .isLessThanOrEqualTo(0.10);
            String id = call.path("callId").asText();
            assertThat(report.path("transcripts").path(id).path("agent")).isNotEmpty();
        }
        assertThat(outcome.output()).contains("PHASE", "Ended", "demo phrase model");
    }

    @Test
    void twoPhonesTalkThroughARealAsteriskAndNothingIsLeftThere() throws Exception {
        Path file = directory.resolve("r.json");

        Outcome outcome = demo("--pbx", "--once", "--calls", "1", "--page-port", "0", "--report", file.toString());

        assertThat(outcome.status()).as(outcome.output()).isZero();
        JsonNode report = JsonMapper.builder().build().readTree(file.toFile());
        assertThat(report.path("ok").asBoolean()).isTrue();
        assertThat(report.path("calls")).hasSize(1);
        JsonNode call = report.path("calls").path(0);
        assertThat(call.path("foreignWords").asInt(-1)).isZero();
        assertThat(call.path("packets").path("received").asLong()).isPositive();
        assertThat(call.path("packets").has("sent"))
                .as("nobody but the PBX knows")
                .isFalse();
        assertThat(outcome.output()).contains("nothing is left in the PBX", "0 active channels, 0 bridges");
    }

    @Test
    void aCallWhoseRecordIsDeletedFailsByItselfAndTheOtherIsReported() throws Exception {
        Path file = directory.resolve("r.json");
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Outcome> demo = threads.submit(
                    () -> demo("--once", "--calls", "2", "--page-port", "0", "--report", file.toString()));
            deleteOnceHeard("demo-1");

            Outcome outcome = demo.get();

            assertThat(outcome.status()).as(outcome.output()).isEqualTo(1);
            JsonNode report = JsonMapper.builder().build().readTree(file.toFile());
            assertThat(report.path("calls"))
                    .extracting(call -> call.path("callId").asText())
                    .containsExactly("demo-2");
            assertThat(report.path("checks"))
                    .filteredOn(check -> !check.path("ok").asBoolean())
                    .singleElement()
                    .satisfies(check -> {
                        assertThat(check.path("name").asText()).isEqualTo("demo-1: is served to its end");
                        assertThat(check.path("detail").asText()).startsWith("CallSession demo-1 was deleted");
                    });
        }
    }

    /** As a user does with kubectl, in mid-call. */
    private void deleteOnceHeard(String call) {
        Path log = directory.resolve(LOG);
        await().atMost(START_LIMIT)
                .until(() -> Files.exists(log) && Files.readString(log).contains("KUBECONFIG="));
        Path kubeconfig = directory.resolve("target/demo/kubeconfig");
        try (KubernetesClient client = new KubernetesClientBuilder()
                .withConfig(Config.fromKubeconfig(kubeconfig.toFile()))
                .build()) {
            Resource<CallSession> session =
                    client.resources(CallSession.class).inNamespace("default").withName(call);
            session.waitUntilCondition(
                    it -> it != null && it.getStatus() != null && it.getStatus().phase() == Phase.Active,
                    START_LIMIT.toSeconds(),
                    TimeUnit.SECONDS);
            session.delete();
        }
    }

    @Test
    void nonsenseOnTheCommandLineIsToldInOneLine() throws Exception {
        Outcome outcome = demo("--calls", "many");

        assertThat(outcome.status()).isEqualTo(2);
        assertThat(outcome.output().strip())
                .isEqualTo("aicc demo: --calls: expected a number from 1 to 12, got 'many'");
    }

    @Test
    void aPagePortThatSomebodyElseHasIsToldAtOnce() throws Exception {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Outcome outcome = demo("--once", "--page-port", Integer.toString(other.getLocalPort()));

            assertThat(outcome.status()).isEqualTo(1);
            assertThat(outcome.output().lines())
                    .as("before anything is prepared")
                    .singleElement()
                    .asString()
                    .startsWith("aicc demo: port " + other.getLocalPort() + " of the page is not free")
                    .contains("--page-port N takes another");
        }
    }

    @Test
    void aRecordingThatIsNoneIsTold() throws Exception {
        Path noise = Files.writeString(directory.resolve("noise.wav"), "not a recording");

        Outcome outcome = demo("--once", "--page-port", "0", "--play", noise.toString(), noise.toString());

        assertThat(outcome.status()).isEqualTo(1);
        assertThat(outcome.output()).contains("noise.wav").contains("not a WAV file");
    }

    private record Outcome(int status, String output) {}

    private Outcome demo(String... arguments) throws IOException, InterruptedException {
        Path log = directory.resolve(LOG);
        List<String> command = new ArrayList<>(List.of(
                JAVA.toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Dsun.net.httpserver.nodelay=true",
                "-Daicc.root=" + System.getProperty("aicc.root"),
                "-cp",
                System.getProperty("java.class.path"),
                "io.aicc.demo.Demo"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            assertThat(process.waitFor(5, TimeUnit.MINUTES)).as("the demo ends").isTrue();
        } finally {
            process.destroy();
        }
        return new Outcome(process.exitValue(), Files.readString(log));
    }
}
