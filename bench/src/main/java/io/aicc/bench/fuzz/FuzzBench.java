package io.aicc.bench.fuzz;

import io.aicc.bench.Benchmark;
import io.aicc.bench.Options;
import io.aicc.bench.Report;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Inputs that Jazzer makes up, guided by what they reach, for every parser of network bytes. The corpus in this tree is where it
 * begins; what it adds stays in the bench's directory and is where the next run begins.
 */
public final class FuzzBench implements Benchmark {
    private static final int MOST_INPUT_BYTES = 4096;
    private static final String ALL = "all";

    /** What is watched for what an input reaches: our code, and the libraries that read for it. */
    private static final String WATCHED =
            "io.aicc.**:com.fasterxml.jackson.**:io.jsonwebtoken.**:com.google.cloud.speech.**";

    private static final Pattern DONE = Pattern.compile("Done (\\d+) runs|stat::number_of_executed_units: (\\d+)");
    private static final Pattern COVERED = Pattern.compile("cov: (\\d+)");

    @Override
    public String name() {
        return "fuzz";
    }

    @Override
    public String summary() {
        return "hostile bytes for every parser of the network [--minutes 10, for each] [--target all | media | control | ...]";
    }

    @Override
    public Report run(Options options, Path directory) throws Exception {
        int minutes = options.number("minutes", 10, 1, 10_000);
        List<String> names = Arrays.stream(FuzzTarget.values())
                .map(target -> target.name().toLowerCase(Locale.ROOT))
                .toList();
        String wanted = options.choice(
                "target", ALL, Stream.concat(Stream.of(ALL), names.stream()).toList());
        Report report = Report.of(name(), options.complete());
        List<String> targets = wanted.equals(ALL) ? names : List.of(wanted);
        for (String target : targets) {
            fuzz(report, target, minutes * 60, directory.resolve(target));
        }
        return report;
    }

    private static void fuzz(Report report, String target, int seconds, Path directory)
            throws IOException, InterruptedException {
        Path inputs = Files.createDirectories(directory.resolve("inputs"));
        int number = 0;
        for (byte[] input : Corpus.of(FuzzTarget.valueOf(target.toUpperCase(Locale.ROOT)))) {
            Files.write(inputs.resolve("corpus-" + number++), input);
        }
        Path log = directory.resolve("jazzer.log");
        int status = new ProcessBuilder(command(target, seconds, directory, inputs))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start()
                .waitFor();
        String said = Files.readString(log);
        List<String> finds = finds(directory);
        report.row(target)
                .with("seconds", seconds)
                .with("inputs_tried", last(DONE, said))
                .with("edges_reached", last(COVERED, said))
                .with("finds", finds.size());
        report.goal(
                target + " withstands",
                status == 0 && finds.isEmpty(),
                status == 0 ? "nothing found" : "see %s; inputs in hexadecimal: %s",
                log,
                finds);
    }

    private static List<String> command(String target, int seconds, Path directory, Path inputs) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx1g",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-XX:+EnableDynamicAgentLoading",
                "-cp",
                System.getProperty("java.class.path"),
                "com.code_intelligence.jazzer.Jazzer",
                "--target_class=" + FuzzEntry.class.getName(),
                "--target_args=" + target,
                "--instrumentation_includes=" + WATCHED,
                "--custom_hook_includes=" + WATCHED));
        command.addAll(List.of(
                "-max_total_time=" + seconds,
                "-max_len=" + MOST_INPUT_BYTES,
                "-print_final_stats=1",
                "-artifact_prefix=" + directory + "/",
                "--reproducer_path=" + directory,
                inputs.toString()));
        return command;
    }

    /** The inputs that broke something. */
    private static List<String> finds(Path directory) throws IOException {
        List<String> finds = new ArrayList<>();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                String name = file.getFileName().toString();
                if (name.startsWith("crash-") || name.startsWith("timeout-") || name.startsWith("oom-")) {
                    finds.add(HexFormat.of().formatHex(Files.readAllBytes(file)));
                }
            }
        }
        return finds;
    }

    private static long last(Pattern pattern, String text) {
        return pattern.matcher(text)
                .results()
                .map(FuzzBench::number)
                .reduce((_, later) -> later)
                .orElse(0L);
    }

    private static long number(MatchResult result) {
        for (int group = 1; group <= result.groupCount(); group++) {
            if (result.group(group) != null) {
                return Long.parseLong(result.group(group));
            }
        }
        return 0;
    }
}
