package io.aicc.bench.operator;

import io.aicc.bench.LinePlot;
import io.aicc.bench.ProcessFigures;
import io.aicc.bench.Report;
import io.aicc.bench.operator.CallDriver.Timing;
import io.aicc.demo.OperatorProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * What a call costs beside thousands that stay: so many more of them each time, and calls that come and go. In the end the
 * operator is killed, and another process has to find all of them again.
 */
final class ManyLive {
    private static final int LEVELS = 4;
    private static final int HEAP_GOAL_MB = 256;
    private static final double FLAT = 1.25;
    private static final Duration HOLD = Duration.ofSeconds(1);
    private static final Duration QUIET = Duration.ofSeconds(10);
    private static final Duration RESTART_LIMIT = Duration.ofSeconds(60);

    private final CallDriver driver;
    private final OperatorProcess operator;
    private final int rate;
    private final int seconds;
    private final LinePlot plot = new LinePlot("A call beside live ones", "live calls", "ms of CPU a call, MB");

    ManyLive(CallDriver driver, OperatorProcess operator, int rate, int seconds) {
        this.driver = driver;
        this.operator = operator;
        this.rate = rate;
        this.seconds = seconds;
    }

    /** What one level showed. */
    private record Level(double cpuPerCall, double heap) {}

    void run(Report report, int live, Path picture) throws Exception {
        Level first = level(report, 0);
        Level last = first;
        for (int i = 1; i <= LEVELS; i++) {
            int before = live * (i - 1) / LEVELS;
            int now = live * i / LEVELS;
            int held = driver.hold("stays-" + i, rate, now - before);
            if (held < now - before) {
                report.goal("every call gets its worker", false, "%d of %d at %d live", held, now - before, now);
                return;
            }
            last = level(report, now);
        }
        report.goal(
                "operator's CPU per call the same at all levels",
                last.cpuPerCall() <= FLAT * first.cpuPerCall(),
                "%.1f ms with none, %.1f ms with %d live",
                first.cpuPerCall(),
                last.cpuPerCall(),
                live);
        report.goal("operator's live heap", last.heap() <= HEAP_GOAL_MB, "%.0f MB of %d", last.heap(), HEAP_GOAL_MB);
        restart(report, live);
        plot.write(picture);
    }

    private Level level(Report report, int live) throws Exception {
        long before = cpu();
        Thread.sleep(QUIET);
        double quiet = (cpu() - before) / (double) QUIET.toMillis();
        before = cpu();
        long begun = System.nanoTime();
        List<Timing> timings = driver.place("passes-" + live, rate, rate * seconds, HOLD);
        double lasted = (System.nanoTime() - begun) / 1e6;
        double perCall = (cpu() - before - quiet * lasted) / timings.size();
        double heap = liveHeap();
        plot.add("operator's CPU, ms", live, perCall);
        plot.add("its live heap, MB", live, heap);
        OperatorBench.describe(report.row(live + " live"), timings)
                .with("operator_cpu_ms_per_call", perCall)
                .with("operator_cores_without_calls", quiet)
                .with("heap_live_mb", heap)
                .with("rss_mb", ProcessFigures.rssKib(operator.pid()) / 1024.0);
        return new Level(perCall, heap);
    }

    private void restart(Report report, int live) throws Exception {
        operator.kill();
        long begun = System.nanoTime();
        operator.startAgain();
        while (!operator.ready()) {
            if (System.nanoTime() - begun > RESTART_LIMIT.toNanos()) {
                report.goal("a new operator takes over", false, "not ready after %d s", RESTART_LIMIT.toSeconds());
                return;
            }
            Thread.sleep(50);
        }
        double ready = (System.nanoTime() - begun) / 1e9;
        List<Timing> timings = driver.place("after", rate, rate * seconds, HOLD);
        int unharmed = driver.unharmed("stays-");
        OperatorBench.describe(report.row("after a restart, beside " + live + " live"), timings)
                .with("ready_again_s", ready)
                .with("live_calls_as_before", unharmed)
                .with("rss_mb", ProcessFigures.rssKib(operator.pid()) / 1024.0);
        report.goal("a restart costs no call", unharmed == live, "%d of %d as before", unharmed, live);
    }

    private long cpu() throws IOException {
        return ProcessFigures.cpuMillis(operator.pid());
    }

    /** What is left after a collection, MB. */
    private double liveHeap() throws Exception {
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        new ProcessBuilder(jcmd.toString(), String.valueOf(operator.pid()), "GC.run")
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
        return operator.counted("jvm_memory_used_bytes{area=\"heap\"") / 1048576.0;
    }
}
