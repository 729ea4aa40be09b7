package io.aicc.bench.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import io.aicc.bench.engine.CountingProvider;
import io.aicc.demo.google.GoogleStandIn;
import io.aicc.demo.google.Limits;
import io.aicc.worker.CallWorker;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The worker as it is shipped, and what becomes of its AOT caches when something around it is another. */
@Timeout(180)
class AssembledWorkerTest {
    private static final Path ROOT =
            Path.of(System.getProperty("aicc.root", "..")).toAbsolutePath();
    private static final String UNUSED = "AOT cache not in use";
    private static final List<String> FILES =
            List.of("lib/aicc-crds.jar", "classpath", "classpath.google", "program.aot", "program.google.aot", "start");

    @TempDir
    private static Path shared;

    private static Path shipped;

    @TempDir
    private Path directory;

    @BeforeAll
    static void assembleOnce() throws Exception {
        shipped = shared.resolve("shipped");
        Process assemble = assemble(shipped);
        String said = new String(assemble.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(assemble.waitFor()).as(said).isZero();
    }

    private static Process assemble(Path folder, String... options) throws IOException {
        List<String> command = new ArrayList<>(List.of(ROOT.resolve("assemble").toString()));
        command.addAll(List.of(options));
        command.addAll(List.of("call-worker", folder.toString(), System.getProperty("java.home")));
        return WorkerProcess.withoutOurSettings(new ProcessBuilder(command))
                .redirectErrorStream(true)
                .start();
    }

    private static String classPath(String variant) throws IOException {
        return Files.readString(shipped.resolve("classpath" + variant)).strip();
    }

    /** What a worker says until it has started: as an image starts it, unless its JVM is told otherwise. */
    private List<String> start(String... otherwise) throws Exception {
        // An engine that loads no model: it is asked for when there is a call.
        return start(Map.of("AICC_STT_ENGINE", "vosk", "AICC_VOSK_URL", "ws://127.0.0.1:1"), otherwise);
    }

    private List<String> start(Map<String, String> engine, String... otherwise) throws Exception {
        List<String> command = new ArrayList<>(List.of(shipped.resolve("start").toString()));
        if (otherwise.length > 0) {
            command.addAll(List.of(otherwise));
            command.add(CallWorker.class.getName());
        }
        List<String> said = WorkerProcess.start(command, directory, engine);
        assertThat(said).as(String.join("\n", said)).anyMatch(line -> line.contains(WorkerProcess.STARTED));
        return said;
    }

    @Test
    void startsWithItsCacheAndWithoutTheJarsOfGoogle() throws Exception {
        assertThat(start()).noneMatch(line -> line.contains(UNUSED));
        assertThat(classPath(""))
                .doesNotContain("grpc")
                .doesNotContain("protobuf")
                .doesNotContain("guava");
    }

    @Test
    void startsWithACacheAndTheJarsOfItsOwnForGoogle() throws Exception {
        try (GoogleStandIn google = GoogleStandIn.start(CountingProvider.engine(), Limits.GOOGLE, directory, 0)) {
            assertThat(start(google.workerSettings())).noneMatch(line -> line.contains(UNUSED));
        }
        assertThat(settingsOfTheJvm("google")).contains("google-cloud-speech", "program.google.aot");
        assertThat(settingsOfTheJvm("sphinx"))
                .contains("aicc-call-worker.jar", "program.aot")
                .doesNotContain("google");
    }

    /** Without starting the program. */
    private static String settingsOfTheJvm(String engine) throws IOException {
        ProcessBuilder start = WorkerProcess.withoutOurSettings(new ProcessBuilder(
                shipped.resolve("start").toString(), "-XX:+PrintFlagsFinal", "-XshowSettings:properties", "-version"));
        start.environment().put("AICC_STT_ENGINE", engine);
        Process process = start.redirectErrorStream(true).start();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    @Test
    void otherClassPathStartsWithoutTheCacheAndSaysSo() throws Exception {
        Path other = Files.createDirectory(directory.resolve("other"));
        assertThat(start("-cp", other + ":" + classPath(""))).anyMatch(line -> line.contains(UNUSED));
        try (GoogleStandIn google = GoogleStandIn.start(CountingProvider.engine(), Limits.GOOGLE, directory, 0)) {
            assertThat(start(google.workerSettings(), "-cp", other + ":" + classPath(".google")))
                    .anyMatch(line -> line.contains(UNUSED));
        }
    }

    /** As another JDK would be: objects are laid out in another way. */
    @Test
    void otherJvmStartsWithoutTheCacheAndSaysSo() throws Exception {
        assertThat(start("-XX:+UseCompactObjectHeaders")).anyMatch(line -> line.contains(UNUSED));
    }

    @Test
    void whatWasReplacedIsFoundOutThoughTheJvmMayNotSee() throws Exception {
        assertThat(check()).isZero();
        for (String file : FILES) {
            Path path = shipped.resolve(file);
            byte[] right = Files.readAllBytes(path);
            FileTime made = Files.getLastModifiedTime(path);
            byte[] wrong = right.clone();
            wrong[wrong.length / 2] ^= 1; // same size, same time

            Files.write(path, wrong);
            Files.setLastModifiedTime(path, made);
            int status = check();
            Files.write(path, right);
            Files.setLastModifiedTime(path, made);

            assertThat(status).as(file).isEqualTo(1);
        }
        assertThat(check()).isZero();
    }

    private static int check() throws Exception {
        return assemble(shipped, "--check").waitFor();
    }

    @Test
    void whatSomebodyElseKeepsInTheFolderStays() throws Exception {
        Path theirs = Files.createDirectory(directory.resolve("lib")).resolve("theirs.jar");
        Files.writeString(theirs, "a year's work");

        Process assemble = assemble(directory);

        assertThat(new String(assemble.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .contains("lib is there and not of our making");
        assertThat(assemble.waitFor()).isEqualTo(1);
        assertThat(theirs).exists();
    }
}
