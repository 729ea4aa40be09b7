package io.aicc.bench.operator;

import io.aicc.bench.LinePlot;
import io.aicc.bench.ProcessFigures;
import io.aicc.bench.Report;
import io.aicc.bench.operator.CallDriver.Timing;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/** What a call costs an operator beside thousands that stay: so many more of them each time, and calls that come and go. */
final class ManyLive {
    /** Their names begin with it. */
    static final String THAT_STAY = "stays-";

    private static final int LEVELS = 4;
    private static final Duration HOLD = Duration.ofSeconds(1);
    private static final Duration QUIET = Duration.ofSeconds(5);
    private static final double MB = 1024 * 1024;

    private final Report report;
    private final int rate;
    private final int seconds;
    private final LinePlot cost = new LinePlot("A call beside live ones", "live calls", "ms of CPU a call");
    private final LinePlot memory = new LinePlot("What live calls take", "live calls", "MB of live heap");

    /** @param rate of the calls that come and go, for so many seconds each time; those that stay come as fast */
    ManyLive(Report report, int rate, int seconds) {
        this.report = report;
        this.rate = rate;
        this.seconds = seconds;
    }

    /**
     * What one level showed.
     *
     * @param live calls that stayed
     * @param cpuPerCall of one that came and went, ms
     * @param heap in use after a full collection, MB
     */
    record Level(int live, double cpuPerCall, double heap) {}

    /**
     * Measures an operator with none, a quarter, a half, three quarters and all of the calls that stay; fewer levels when one of
     * them gets no worker.
     *
     * @param pid the operator's process
     */
    List<Level> of(String operator, LongSupplier pid, CallDriver driver, int live) throws Exception {
        List<Level> levels = new ArrayList<>(List.of(level(operator, pid.getAsLong(), driver, 0)));
        for (int i = 1; i <= LEVELS; i++) {
            int before = live * (i - 1) / LEVELS;
            int now = live * i / LEVELS;
            int held = driver.hold(THAT_STAY + i, rate, now - before);
            if (held < now - before) {
                report.goal(
                        operator + ": every call gets its worker",
                        false,
                        "%d of %d at %d live",
                        held,
                        now - before,
                        now);
                break;
            }
            levels.add(level(operator, pid.getAsLong(), driver, now));
        }
        return levels;
    }

    /** Calls that come and go. */
    List<Timing> pass(CallDriver driver, String prefix) throws InterruptedException {
        return driver.place(prefix, rate, rate * seconds, HOLD);
    }

    /** Writes {@code cost.svg} and {@code memory.svg}. */
    void plot(Path directory) throws IOException {
        cost.write(directory.resolve("cost.svg"));
        memory.write(directory.resolve("memory.svg"));
    }

    private Level level(String operator, long pid, CallDriver driver, int live) throws Exception {
        long before = ProcessFigures.cpuMillis(pid);
        Thread.sleep(QUIET);
        double quiet = (ProcessFigures.cpuMillis(pid) - before) / (double) QUIET.toMillis();
        before = ProcessFigures.cpuMillis(pid);
        long begun = System.nanoTime();
        List<Timing> timings = pass(driver, "passes-" + live);
        double lasted = (System.nanoTime() - begun) / 1e6;
        double perCall = (ProcessFigures.cpuMillis(pid) - before - quiet * lasted) / timings.size();
        double heap = ProcessFigures.liveHeap(pid) / MB;
        cost.add(operator, live, perCall);
        memory.add(operator, live, heap);
        OperatorBench.describe(report.row(operator + ", " + live + " live"), timings)
                .with("operator_cpu_ms_per_call", perCall)
                .with("operator_cores_without_calls", quiet)
                .with("heap_live_mb", heap)
                .with("rss_mb", ProcessFigures.rssKib(pid) / 1024.0);
        return new Level(live, perCall, heap);
    }
}
