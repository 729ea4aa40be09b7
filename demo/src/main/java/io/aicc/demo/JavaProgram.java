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

    /** The compiler that this JVM was told to make do with, if any: the demo and tests end before another one pays. */
    private static final List<String> COMPILER = ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
            .filter(option -> option.startsWith("-XX:TieredStopAtLevel="))
            .toList();

    private static final String WORKER = CallWorker.class.getName();
    private static final List<String> WORKER_OPTIONS = options(CallWorker.class);
    private static final List<String> OPERATOR_OPTIONS = options(Operator.class);

    /** The operator's image has this program too, and the chart gives it less memory. */
    private static final List<String> CONTROLLER_OPTIONS =
            Stream.concat(OPERATOR_OPTIONS.stream(), Stream.of("-Xmx192m")).toList();

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
    public static ProcessBuilder shippedWorker(Path folder) {
        return shipped(folder);
    }

    /**
     * The same with more on its class path, behind what is there.
     *
     * @param more a folder of classes
     */
    public static ProcessBuilder shippedWorker(Path folder, Path more) throws IOException {
        String classPath = Files.readString(folder.resolve("classpath")).strip() + ":" + more;
        ProcessBuilder builder = shipped(folder);
        builder.command().addAll(List.of("-cp", classPath, WORKER));
        return builder;
    }

    /**
     * The operator as it is shipped.
     *
     * @param folder that {@code assemble operator} made
     */
    public static ProcessBuilder shippedOperator(Path folder) {
        return shipped(folder);
    }

    /** As an image starts it. */
    private static ProcessBuilder shipped(Path folder) {
        return withoutOurSettings(
                new ArrayList<>(List.of(folder.resolve("start").toString())));
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
        return withoutOurSettings(command);
    }

    /** What the demo itself was told is not meant for the programs: they refuse settings that are not theirs. */
    private static ProcessBuilder withoutOurSettings(List<String> command) {
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().keySet().removeIf(key -> key.startsWith("AICC_"));
        return builder;
    }
}
