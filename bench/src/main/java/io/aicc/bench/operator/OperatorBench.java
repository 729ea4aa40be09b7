package io.aicc.bench.operator;

import io.aicc.bench.Benchmark;
import io.aicc.bench.Child;
import io.aicc.bench.Options;
import io.aicc.bench.ProcessFigures;
import io.aicc.bench.Report;
import io.aicc.bench.Shipped;
import io.aicc.bench.operator.CallDriver.Timing;
import io.aicc.crd.CallSession;
import io.aicc.crd.WorkerPool;
import io.aicc.demo.JavaProgram;
import io.aicc.demo.OperatorProcess;
import io.aicc.demo.api.EmbeddedKubernetes;
import io.aicc.demo.played.PlayedWorkers;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;

/**
 * The operator program, a process, on the embedded API: calls at a steady rate, each claimed, heard, ended and reclaimed. Its
 * workers are played (real pods, real control channel, no audio), so what is measured is the operator and the API.
 */
public final class OperatorBench implements Benchmark {
    private static final String BARE = "bare";
    private static final String PLAIN = "plain";
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration HOLD = Duration.ofSeconds(1);
    private static final long P50_MICROS = 20_000;
    private static final long P99_MICROS = 50_000;
    private static final long PORTS_CLOSED_MICROS = 1_000_000;
    private static final double MOST_WRITES = 4;
    private static final int HEAP_GOAL_MB = 256;
    private static final double FLAT = 1.25;
    private static final int BURST_SECONDS = 3;
    private static final Duration RESTART_LIMIT = Duration.ofMinutes(2);

    @Override
    public String name() {
        return "operator";
    }

    @Override
    public String summary() {
        return "created to Ready, writes and memory on the embedded API  --rate 45 (calls/s) --seconds 20 --warm 80 --warm-up 60"
                + " --live 0 (calls that stay, up to 5000) --burst 0 (calls/s for 3 s, and all that 16 callers can)";
    }

    @Override
    public Report run(Options options, Path directory) throws Exception {
        int rate = options.number("rate", 45, 1, 1_000);
        int seconds = options.number("seconds", 20, 1, 3_600);
        int warm = options.number("warm", 80, 1, 1_000);
        int warmUp = options.number("warm-up", 60, 1, 600);
        int live = options.number("live", 0, 0, 5_000);
        int burst = options.number("burst", 0, 0, 1_000);
        Load load = new Load(rate, warmUp, seconds, burst, live);
        Report report = Report.of(name(), options.complete());
        ManyLive manyLive = new ManyLive(report, rate, seconds);
        try (EmbeddedKubernetes api = EmbeddedKubernetes.start(directory.resolve("kubeconfig"));
                KubernetesClient client = api.client()) {
            api.install(CallSession.class, WorkerPool.class);
            api.createNamespace(BARE);
            bare(report, client, load);
            api.createNamespace(PLAIN);
            podPerCall(report, api, client, directory, load, manyLive);
            AtomicReference<Consumer<String>> given = new AtomicReference<>(call -> {});
            ProcessBuilder command = JavaProgram.shippedOperator(Shipped.assemble("operator", directory));
            try (PlayedCluster cluster = new PlayedCluster(
                    command, api, client, directory, call -> given.get().accept(call.sessionName()))) {
                cluster.startPool(warm, PATIENCE);
                try (CallDriver driver = cluster.driver(PATIENCE)) {
                    given.set(driver::given);
                    measure(report, driver, cluster.operator(), load);
                    RefillRate.measure(report, driver, cluster.operator(), warm, rate);
                    if (burst > 0) {
                        Rush rush = new Rush(report, "operator", driver);
                        rush.burst(burst, BURST_SECONDS).goals(report);
                        Rush.besideBare(report, rush.crowd(), client, BARE);
                    }
                    if (live > PlayedCluster.STAY_IN_A_POOL) {
                        cluster.startPool(PlayedCluster.FURTHER_POOL, warm, PATIENCE);
                    }
                    if (live > 0) {
                        stay(report, manyLive, driver, cluster.operator(), live);
                    }
                }
            }
        }
        if (live > 0) {
            manyLive.plot(directory);
        }
        return report;
    }

    /**
     * Calls at a rate: first until everything is compiled and connected, then those that count.
     *
     * @param burst calls/s that come at once, 0 for none
     * @param live calls that stay, 0 for none
     */
    private record Load(int rate, int warmUpSeconds, int seconds, int burst, int live) {
        List<Timing> warmUp(CallDriver driver) throws InterruptedException {
            return driver.place("warm-up", rate, rate * warmUpSeconds, HOLD);
        }

        List<Timing> place(CallDriver driver) throws InterruptedException {
            return driver.place("call", rate, rate * seconds, HOLD);
        }
    }

    private static void bare(Report report, KubernetesClient client, Load load) throws Exception {
        try (BareController controller = new BareController(client, BARE);
                CallDriver driver = new CallDriver(client, BARE, PATIENCE, session -> {})) {
            var unused = load.warmUp(driver);
            describe(report.row("bare: a watch and one write per step"), load.place(driver));
        }
    }

    private static void podPerCall(
            Report report,
            EmbeddedKubernetes api,
            KubernetesClient client,
            Path directory,
            Load load,
            ManyLive manyLive)
            throws Exception {
        try (PlayedWorkers workers = new PlayedWorkers(client, PLAIN);
                Child controller = PodPerCall.start(api.kubeconfig(), PLAIN, directory.resolve("pod-per-call.log"));
                CallDriver driver = new CallDriver(client, PLAIN, PATIENCE, session -> {})) {
            var unused = load.warmUp(driver);
            long before = Long.parseLong(controller.ask("writes"));
            List<Timing> timings = load.place(driver);
            long writes = Long.parseLong(controller.ask("writes")) - before;
            describe(report.row("a pod per call, made when it comes; workers that need no time to start"), timings)
                    .with("api_writes_per_call", writes / (double) timings.size());
            if (load.burst() > 0) {
                Rush rush = new Rush(report, "a pod per call", driver);
                var unusedBurst = rush.burst(load.burst(), BURST_SECONDS);
                var unusedRate = rush.crowd();
            }
            if (load.live() > 0) {
                manyLive.of("a pod per call", controller::pid, driver, load.live());
            }
        }
        client.resources(CallSession.class).inNamespace(PLAIN).delete();
        client.pods().inNamespace(PLAIN).delete();
    }

    private static void stay(Report report, ManyLive manyLive, CallDriver driver, OperatorProcess operator, int live)
            throws Exception {
        List<ManyLive.Level> levels = manyLive.of("operator", operator::pid, driver, live);
        ManyLive.Level first = levels.getFirst();
        ManyLive.Level last = levels.getLast();
        report.goal(
                "operator's CPU per call the same at all levels",
                last.cpuPerCall() <= FLAT * first.cpuPerCall(),
                "%.1f ms with none, %.1f ms with %d live",
                first.cpuPerCall(),
                last.cpuPerCall(),
                last.live());
        report.goal(
                "operator's live heap",
                last.heap() <= HEAP_GOAL_MB,
                "%.0f MB of %d with %d live",
                last.heap(),
                HEAP_GOAL_MB,
                last.live());
        restart(report, manyLive, driver, operator, last.live());
    }

    /** The operator is killed, and another process has to find all live calls again. */
    private static void restart(Report report, ManyLive manyLive, CallDriver driver, OperatorProcess operator, int live)
            throws Exception {
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
        long cpuUntilReady = ProcessFigures.cpuMillis(operator.pid());
        List<Timing> timings = manyLive.pass(driver, "after");
        int unharmed = driver.unharmed(ManyLive.THAT_STAY);
        describe(report.row("operator, after a restart, beside " + live + " live"), timings)
                .with("ready_again_s", ready)
                .with("cpu_ms_until_ready", cpuUntilReady)
                .with("live_calls_as_before", unharmed)
                .with("rss_mb", ProcessFigures.rssKib(operator.pid()) / 1024.0);
        report.goal("a restart costs no call", unharmed == live, "%d of %d as before", unharmed, live);
    }

    private static void measure(Report report, CallDriver driver, OperatorProcess operator, Load load)
            throws Exception {
        var unused = load.warmUp(driver);
        int writesBefore = writes(operator);
        long cpuBefore = ProcessFigures.cpuMillis(operator.pid());
        long restBefore = ProcessFigures.cpuMillis(ProcessHandle.current().pid());
        List<Timing> timings = load.place(driver);
        double perCall = (writes(operator) - writesBefore) / (double) timings.size();
        double cpu = (ProcessFigures.cpuMillis(operator.pid()) - cpuBefore) / (double) timings.size();
        double rest = (ProcessFigures.cpuMillis(ProcessHandle.current().pid()) - restBefore) / (double) timings.size();
        describe(report.row("operator"), timings)
                .with("api_writes_per_call", perCall)
                .with("operator_cpu_ms_per_call", cpu)
                .with("api_workers_and_load_cpu_ms_per_call", rest)
                .with("rss_mb", ProcessFigures.rssKib(operator.pid()) / 1024.0);
        long failed = timings.stream().filter(timing -> !timing.served()).count();
        report.goal("every call served and ended", failed == 0, "%d of %d not", failed, timings.size());
        long p50 = percentile(timings, Timing::readyMicros, 50);
        long p99 = percentile(timings, Timing::readyMicros, 99);
        report.goal("created to Ready, p50", p50 < P50_MICROS, "%.1f ms, goal 20 ms", p50 / 1000.0);
        report.goal("created to Ready, p99", p99 < P99_MICROS, "%.1f ms, goal 50 ms", p99 / 1000.0);
        long closed = percentile(timings, Timing::closedMicros, 99);
        report.goal(
                "hang-up to ports closed, p99", closed <= PORTS_CLOSED_MICROS, "%.1f ms, goal 1 s", closed / 1000.0);
        report.goal("API writes per call", perCall <= MOST_WRITES, "%.2f by the operator, goal 4", perCall);
    }

    static Report.Row describe(Report.Row row, List<Timing> timings) {
        return row.with("calls", timings.size())
                .with(
                        "not_served",
                        timings.stream().filter(timing -> !timing.served()).count())
                .with("given_ms_p50", percentile(timings, Timing::givenMicros, 50) / 1000.0)
                .with("given_ms_p99", percentile(timings, Timing::givenMicros, 99) / 1000.0)
                .with("ready_ms_p50", percentile(timings, Timing::readyMicros, 50) / 1000.0)
                .with("ready_ms_p90", percentile(timings, Timing::readyMicros, 90) / 1000.0)
                .with("ready_ms_p99", percentile(timings, Timing::readyMicros, 99) / 1000.0)
                .with("ports_closed_ms_p99", percentile(timings, Timing::closedMicros, 99) / 1000.0)
                .with("ended_ms_p50", percentile(timings, Timing::endedMicros, 50) / 1000.0)
                .with("ended_ms_p99", percentile(timings, Timing::endedMicros, 99) / 1000.0);
    }

    /** Of the calls that were served; 0 when none was. */
    private static long percentile(List<Timing> timings, ToLongFunction<Timing> figure, int percent) {
        long[] sorted = timings.stream()
                .filter(Timing::served)
                .mapToLong(figure)
                .sorted()
                .toArray();
        return sorted.length == 0 ? 0 : sorted[Math.min(sorted.length - 1, sorted.length * percent / 100)];
    }

    private static int writes(OperatorProcess operator) {
        return operator.counted("aicc_api_writes_total{kind=\"CallSession\"")
                + operator.counted("aicc_api_writes_total{kind=\"Pod\"");
    }
}
