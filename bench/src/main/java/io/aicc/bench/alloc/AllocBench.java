package io.aicc.bench.alloc;

import io.aicc.bench.Benchmark;
import io.aicc.bench.Options;
import io.aicc.bench.Report;
import io.aicc.demo.JavaProgram;
import io.aicc.worker.rtp.ReceivePath;
import java.nio.file.Path;
import java.util.Objects;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/** Time and bytes allocated per packet of the receive path, by JMH with its GC profiler, on a JVM like a worker's. */
public final class AllocBench implements Benchmark {
    private static final String BYTES_PER_OPERATION = "gc.alloc.rate.norm";
    /** The smallest object has 16 bytes; the profiler spreads its own few over all operations. */
    private static final double NOTHING = 0.5;

    @Override
    public String name() {
        return "alloc";
    }

    @Override
    public String summary() {
        return "time and bytes allocated per packet, socket's bytes to samples, by JMH [--seconds 3]";
    }

    @Override
    public Report run(Options options, Path directory) throws RunnerException {
        int seconds = options.number("seconds", 3, 1, 60);
        Report report = Report.of(name(), options.complete());
        var jmh = new OptionsBuilder()
                .include(ReceivePath.class.getName())
                .addProfiler(GCProfiler.class)
                .forks(1)
                .jvmArgs(JavaProgram.workerOptions().toArray(String[]::new))
                .warmupIterations(2)
                .warmupTime(TimeValue.seconds(1))
                .measurementIterations(3)
                .measurementTime(TimeValue.seconds(seconds))
                .output(directory.resolve("jmh.log").toString())
                .build();
        for (RunResult result : new Runner(jmh).run()) {
            Result<?> bytes =
                    Objects.requireNonNull(result.getSecondaryResults().get(BYTES_PER_OPERATION));
            String label = result.getPrimaryResult().getLabel();
            report.row(label)
                    .with("ns_per_operation", result.getPrimaryResult().getScore())
                    .with("bytes_allocated_per_operation", bytes.getScore());
            report.goal(label + " allocates nothing", bytes.getScore() < NOTHING, "%.4f bytes", bytes.getScore());
        }
        return report;
    }
}
