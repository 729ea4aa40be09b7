package io.aicc.demo;

import static java.util.Objects.requireNonNull;

import io.aicc.operator.Operator;
import io.aicc.worker.CallWorker;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** How a program of ours is started as a process: this JVM's java and class path, and the memory it gets in production. */
public final class JavaProgram {
    private static final Path JAVA = Path.of(System.getProperty("java.home"), "bin", "java");

    /** What the controller is run with; a container image has the same. */
    private static final List<String> CONTROLLER_OPTIONS = List.of(
            "-XX:+UseSerialGC",
            "-Xmx192m",
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

    private static final String WORKER = CallWorker.class.getName();
    private static final List<String> WORKER_OPTIONS = options(CallWorker.class);
    private static final List<String> OPERATOR_OPTIONS = options(Operator.class);

    private JavaProgram() {}

    /** The operator: one process for all calls, with the options that its module says. */
    public static ProcessBuilder operator() {
        return likeTheOperator(Operator.class.getName());
    }

    /** Another program under the operator's conditions. */
    public static ProcessBuilder likeTheOperator(String main) {
        return command(main, OPERATOR_OPTIONS);
    }

    /** The ARI controller: one process per PBX. */
    static ProcessBuilder controller() {
        return command("io.aicc.operator.ari.AriController", CONTROLLER_OPTIONS);
    }

    /** A worker: one process per call, with the options that its module says. */
    public static ProcessBuilder worker() {
        return likeAWorker(WORKER);
    }

    /** What a worker's JVM is told. */
    public static List<String> workerOptions() {
        return WORKER_OPTIONS;
    }

    /** Another program under a worker's conditions. */
    public static ProcessBuilder likeAWorker(String main) {
        return from(System.getProperty("java.class.path"), main, WORKER_OPTIONS);
    }

    /**
     * A worker as it is shipped: jars, options, and what the JVM worked out about its start.
     *
     * @param folder that {@code assemble call-worker} made
     */
    public static ProcessBuilder shippedWorker(Path folder) throws IOException {
        return shipped(WORKER, folder);
    }

    /**
     * The operator as it is shipped.
     *
     * @param folder that {@code assemble operator} made
     */
    public static ProcessBuilder shippedOperator(Path folder) throws IOException {
        return shipped(Operator.class.getName(), folder);
    }

    private static ProcessBuilder shipped(String main, Path folder) throws IOException {
        String classPath = Files.readString(folder.resolve("classpath")).strip();
        return from(classPath, main, Files.readAllLines(folder.resolve("options")));
    }

    /** Comments say why a program is told each of them; they are not options. */
    private static List<String> options(Class<?> program) {
        try (InputStream options = requireNonNull(program.getResourceAsStream("jvm-options"), program::getName)) {
            return new String(options.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ProcessBuilder command(String main, List<String> options) {
        List<String> all = Stream.concat(options.stream(), COMPILER.stream()).toList();
        return from(System.getProperty("java.class.path"), main, all);
    }

    private static ProcessBuilder from(String classPath, String main, List<String> options) {
        List<String> command = new ArrayList<>(List.of(JAVA.toString()));
        command.addAll(options);
        command.addAll(List.of("-cp", classPath, main));
        ProcessBuilder builder = new ProcessBuilder(command);
        // What the demo itself was told is not meant for the programs: they refuse settings that are not theirs.
        builder.environment().keySet().removeIf(key -> key.startsWith("AICC_"));
        return builder;
    }
}
