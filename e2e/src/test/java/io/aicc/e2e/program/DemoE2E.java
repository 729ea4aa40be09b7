package io.aicc.e2e.program;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The demo as a user starts it: a program of its own that says by its exit status whether everything held. Two demos meet on one machine. */
@Execution(ExecutionMode.CONCURRENT)
class DemoE2E {
    private static final Path JAVA = Path.of(System.getProperty("java.home"), "bin", "java");

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

        Outcome outcome = demo("--once", "--play", noise.toString(), noise.toString());

        assertThat(outcome.status()).isEqualTo(1);
        assertThat(outcome.output()).contains("noise.wav").contains("not a WAV file");
    }

    private record Outcome(int status, String output) {}

    private Outcome demo(String... arguments) throws IOException, InterruptedException {
        Path log = directory.resolve("demo.log");
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
