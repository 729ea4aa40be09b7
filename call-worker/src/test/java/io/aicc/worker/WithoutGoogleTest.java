package io.aicc.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.File;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A worker with another engine neither loads Google's client nor needs its jars. */
class WithoutGoogleTest {
    private static final List<String> GOOGLE =
            List.of("grpc", "gax", "google", "protobuf", "guava", "opencensus", "api-common", "httpclient", "perfmark");

    @TempDir
    private Path directory;

    @Test
    void aWorkerStartsWithoutTheJarsOfGoogle() throws Exception {
        List<String> jars = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .toList();
        List<String> kept = jars.stream()
                .filter(jar -> GOOGLE.stream()
                        .noneMatch(part -> Path.of(jar).getFileName().toString().contains(part)))
                .toList();
        assertThat(jars.size() - kept.size()).as("jars left out").isGreaterThan(15);

        List<String> said = start(kept);

        assertThat(said).as(String.join("\n", said)).anyMatch(line -> line.contains("\"started\""));
    }

    /** Runs a worker until it says that it has started, or why not. */
    private List<String> start(List<String> classPath) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                classPath.stream().collect(Collectors.joining(File.pathSeparator)),
                "io.aicc.worker.CallWorker");
        String key = Base64.getEncoder()
                .encodeToString(KeyPairGenerator.getInstance("Ed25519")
                        .generateKeyPair()
                        .getPublic()
                        .getEncoded());
        // What ./aicc verify tells the tests is not meant for the worker: it refuses settings that are not its own.
        builder.environment().keySet().removeIf(name -> name.startsWith("AICC_"));
        builder.environment()
                .putAll(Map.of(
                        "POD_UID", "uid",
                        "AICC_CONTROL_PUBLIC_KEY", key,
                        "AICC_CONTROL_PORT", "0",
                        "AICC_HEALTH_PORT", "0",
                        "AICC_METRICS_PORT", "0",
                        "AICC_BIND_ADDRESS", "127.0.0.1",
                        "AICC_OUTBOX_DIR", directory.toString()));
        Process worker = builder.redirectErrorStream(true).start();
        List<String> said = new ArrayList<>();
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(worker.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                said.add(line);
                if (line.contains("\"started\"")) {
                    break;
                }
            }
        } finally {
            worker.destroyForcibly().waitFor();
        }
        return said;
    }
}
