package io.aicc.demo;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** How a program of ours is started as a process: this JVM's java and class path, and the memory it gets in production. */
public final class JavaProgram {
    private static final Path JAVA = Path.of(System.getProperty("java.home"), "bin", "java");

    /** What every program is run with; a container image has the same. */
    private static final List<String> COMMON = List.of(
            "-XX:+UseSerialGC",
            "-XX:+ExitOnOutOfMemoryError",
            "-Xss512k",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-Dio.netty.jfr.enabled=false",
            "-Dio.netty.allocator.type=unpooled");

    /** The compiler that this JVM was told to make do with, if any: the demo and tests end before another one pays. */
    private static final List<String> COMPILER = ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
            .filter(option -> option.startsWith("-XX:TieredStopAtLevel="))
            .toList();

    private static final String WORKER = "io.aicc.worker.CallWorker";

    private JavaProgram() {}

    /** The operator: one process for all calls. */
    static ProcessBuilder operator() {
        return command("io.aicc.operator.Operator", withCompiler("-Xmx256m"));
    }

    /** The ARI controller: one process per PBX. */
    static ProcessBuilder controller() {
        return command("io.aicc.operator.ari.AriController", withCompiler("-Xmx192m"));
    }

    /** A worker: one process per call, so small, and quick to start rather than quick in the long run. */
    public static ProcessBuilder worker() {
        return likeAWorker(WORKER);
    }

    /** Another program under a worker's conditions. */
    public static ProcessBuilder likeAWorker(String main) {
        return command(main, "-Xmx64m", "-XX:TieredStopAtLevel=1");
    }

    /**
     * A worker as it is shipped: jars, and what the JVM worked out about its start.
     *
     * @param folder that {@code call-worker/assemble} made
     */
    public static ProcessBuilder shippedWorker(Path folder) throws IOException {
        String classPath = Files.readString(folder.resolve("classpath")).strip();
        String cache = "-XX:AOTCache=" + folder.resolve("worker.aot");
        return from(classPath, WORKER, "-Xmx64m", "-XX:TieredStopAtLevel=1", cache);
    }

    private static String[] withCompiler(String option) {
        return Stream.concat(Stream.of(option), COMPILER.stream()).toArray(String[]::new);
    }

    private static ProcessBuilder command(String main, String... options) {
        return from(System.getProperty("java.class.path"), main, options);
    }

    private static ProcessBuilder from(String classPath, String main, String... options) {
        List<String> command = new ArrayList<>(List.of(JAVA.toString()));
        command.addAll(COMMON);
        command.addAll(List.of(options));
        command.addAll(List.of("-cp", classPath, main));
        ProcessBuilder builder = new ProcessBuilder(command);
        // What the demo itself was told is not meant for the programs: they refuse settings that are not theirs.
        builder.environment().keySet().removeIf(key -> key.startsWith("AICC_"));
        return builder;
    }
}
