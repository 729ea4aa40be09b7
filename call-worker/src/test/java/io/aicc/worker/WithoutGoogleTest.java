package io.aicc.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
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

        List<String> options =
                List.of("--enable-native-access=ALL-UNNAMED", "-cp", String.join(File.pathSeparator, kept));
        List<String> said = WorkerProcess.start(options, directory, Map.of());

        assertThat(said).as(String.join("\n", said)).anyMatch(line -> line.contains(WorkerProcess.STARTED));
    }
}
