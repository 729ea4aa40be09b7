package io.aicc.bench;

import io.aicc.bench.alloc.AllocBench;
import io.aicc.bench.calls.CallsBench;
import io.aicc.bench.footprint.FootprintBench;
import io.aicc.bench.fuzz.FuzzBench;
import io.aicc.bench.hour.HourBench;
import io.aicc.bench.latency.LatencyBench;
import io.aicc.bench.operator.CountersBench;
import io.aicc.bench.operator.OperatorBench;
import io.aicc.bench.pbx.PbxBench;
import io.aicc.bench.resample.ResampleBench;
import io.aicc.bench.stt.MonologueBench;
import io.aicc.bench.stt.SttBench;
import io.aicc.bench.tokens.TokenBench;
import io.aicc.bench.udp.UdpBench;
import io.aicc.bench.vad.VadBench;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The program behind {@code ./aicc bench NAME [--report FILE] [OPTIONS]}. Status 1: a goal was missed; 2: bad usage. */
public final class Bench {
    private static final int BAD_USAGE = 2;
    private static final List<Benchmark> ALL = List.of(
            new UdpBench(),
            new AllocBench(),
            new HourBench(),
            new LatencyBench(),
            new FootprintBench(),
            new CallsBench(),
            new PbxBench(),
            new OperatorBench(),
            new CountersBench(),
            new SttBench(),
            new MonologueBench(),
            new VadBench(),
            new ResampleBench(),
            new FuzzBench(),
            new TokenBench());

    private Bench() {}

    public static void main(String[] arguments) throws Exception {
        System.exit(run(Arrays.asList(arguments)));
    }

    private static int run(List<String> arguments) throws Exception {
        Benchmark wanted = arguments.isEmpty() ? null : find(arguments.getFirst());
        if (wanted == null) {
            System.err.println("usage: ./aicc bench NAME [--report FILE] [OPTIONS]");
            ALL.forEach(benchmark -> System.err.printf("  %-10s %s%n", benchmark.name(), benchmark.summary()));
            return BAD_USAGE;
        }
        try {
            Options options = Options.parse(arguments.subList(1, arguments.size()));
            Path file = options.optionalFile("report");
            Path directory = Files.createDirectories(Path.of("target", "bench", wanted.name()));
            Report report = wanted.run(options, directory);
            report.print(System.out);
            if (file != null) {
                report.write(file);
            }
            return report.goals().stream().allMatch(Report.Goal::reached) ? 0 : 1;
        } catch (IllegalArgumentException e) {
            System.err.println("aicc bench " + wanted.name() + ": " + e.getMessage());
            return BAD_USAGE;
        }
    }

    private static @Nullable Benchmark find(String name) {
        return ALL.stream()
                .filter(benchmark -> benchmark.name().equals(name))
                .findFirst()
                .orElse(null);
    }
}
