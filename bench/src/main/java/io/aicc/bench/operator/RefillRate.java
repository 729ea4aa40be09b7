package io.aicc.bench.operator;

import io.aicc.bench.Report;
import io.aicc.bench.operator.CallDriver.Timing;
import io.aicc.demo.OperatorProcess;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;

/** How fast a pool is full again that lost all its idle workers in one moment: calls must not be faster. */
final class RefillRate {
    private static final Duration HOLD = Duration.ofSeconds(5);
    private static final Duration LIMIT = Duration.ofMinutes(1);
    private static final Duration LOOK_EVERY = Duration.ofMillis(50);
    private static final int AT_ONCE = 1_000;

    private RefillRate() {}

    /**
     * Takes every idle worker at once and waits until as many are idle again.
     *
     * @param warm how many are idle now
     * @param rate of calls that has to be kept up with, calls/s
     */
    static void measure(Report report, CallDriver driver, OperatorProcess operator, int warm, int rate)
            throws InterruptedException {
        int before = made(operator);
        long begun = System.nanoTime();
        CompletableFuture<Double> full =
                CompletableFuture.supplyAsync(() -> secondsUntilFull(operator, before + warm, warm, begun));
        List<Timing> timings = driver.place("taken", AT_ONCE, warm, HOLD);
        double refill = warm / full.join();
        double taken = timings.size()
                * 1e6
                / timings.stream().mapToLong(Timing::readyMicros).max().orElseThrow();
        OperatorBench.describe(report.row("operator, every idle worker taken at once"), timings)
                .with("taken_per_second", taken)
                .with("full_again_s", warm / refill)
                .with("refilled_per_second", refill);
        report.goal("refill faster than calls come", refill > rate, "%.0f a second, calls %d", refill, rate);
    }

    /** {@link #LIMIT} when it never is. */
    private static double secondsUntilFull(OperatorProcess operator, int made, int warm, long begun) {
        double seconds = 0;
        while (seconds < LIMIT.toSeconds()
                && (made(operator) < made || operator.counted("aicc_workers{pool=\"default\",state=\"warm\"") < warm)) {
            LockSupport.parkNanos(LOOK_EVERY.toNanos());
            seconds = (System.nanoTime() - begun) / 1e9;
        }
        return seconds;
    }

    private static int made(OperatorProcess operator) {
        return operator.counted("aicc_api_writes_total{kind=\"Pod\",verb=\"create\"");
    }
}
