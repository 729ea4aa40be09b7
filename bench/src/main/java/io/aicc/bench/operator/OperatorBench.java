package io.aicc.bench.operator;

import io.aicc.bench.Benchmark;
import io.aicc.bench.Options;
import io.aicc.bench.ProcessFigures;
import io.aicc.bench.Report;
import io.aicc.bench.operator.CallDriver.Timing;
import io.aicc.crd.CallSession;
import io.aicc.crd.CallSessionStatus.WorkerReference;
import io.aicc.crd.WorkerPool;
import io.aicc.crd.WorkerPoolStatus;
import io.aicc.demo.OperatorProcess;
import io.aicc.demo.api.EmbeddedKubernetes;
import io.aicc.demo.played.PlayedWorkers;
import io.aicc.operator.control.ControlKey;
import io.aicc.wire.control.WorkerReport.State;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;

/**
 * The operator program, a process, on the embedded API: calls at a steady rate, each claimed, heard, ended and reclaimed. Its
 * workers are played (real pods, real control channel, no audio), so what is measured is the operator and the API.
 */
public final class OperatorBench implements Benchmark {
    private static final String NAMESPACE = "default";
    private static final String BARE = "bare";
    private static final Duration START_LIMIT = Duration.ofSeconds(60);
    private static final Duration HOLD = Duration.ofSeconds(1);
    private static final long P50_MICROS = 20_000;
    private static final long P99_MICROS = 50_000;
    private static final double MOST_WRITES = 4;

    @Override
    public String name() {
        return "operator";
    }

    @Override
    public String summary() {
        return "created to Ready, writes and memory on the embedded API  --rate 45 (calls/s) --seconds 20 --warm 80 --warm-up 60";
    }

    @Override
    public Report run(Options options, Path directory) throws Exception {
        int rate = options.number("rate", 45, 1, 1_000);
        int seconds = options.number("seconds", 20, 1, 3_600);
        int warm = options.number("warm", 80, 1, 1_000);
        int warmUp = options.number("warm-up", 60, 1, 600);
        Load load = new Load(rate, warmUp, seconds);
        Report report = Report.of(name(), options.complete());
        Path key = Files.writeString(
                directory.resolve("control.pem"), ControlKey.generate().toPem());
        try (EmbeddedKubernetes api = EmbeddedKubernetes.start(directory.resolve("kubeconfig"));
                KubernetesClient client = client(api)) {
            for (String definition : List.of("callsessions.aicc.io", "workerpools.aicc.io")) {
                try (InputStream yaml = Objects.requireNonNull(
                        WorkerPool.class.getResourceAsStream("/crd/" + definition + ".yaml"), definition)) {
                    api.install(yaml);
                }
            }
            api.createNamespace(BARE);
            bare(report, client, load);
            AtomicReference<Consumer<String>> given = new AtomicReference<>(call -> {});
            try (PlayedWorkers workers = new PlayedWorkers(
                            client, NAMESPACE, call -> given.get().accept(call.sessionName()));
                    OperatorProcess operator =
                            new OperatorProcess(api.kubeconfig(), NAMESPACE, key, directory.resolve("operator.log"))) {
                awaitWarm(client, operator, warm);
                try (CallDriver driver = new CallDriver(client, NAMESPACE, session -> speak(workers, session))) {
                    given.set(driver::given);
                    measure(report, driver, operator, load);
                }
            }
        }
        return report;
    }

    /** Calls at a rate: first until everything is compiled and connected, then those that count. */
    private record Load(int rate, int warmUpSeconds, int seconds) {
        List<Timing> warmUp(CallDriver driver) throws InterruptedException {
            return driver.place("warm-up", rate, rate * warmUpSeconds, HOLD);
        }

        List<Timing> place(CallDriver driver) throws InterruptedException {
            return driver.place("call", rate, rate * seconds, HOLD);
        }
    }

    private static void bare(Report report, KubernetesClient client, Load load) throws Exception {
        try (BareController controller = new BareController(client, BARE);
                CallDriver driver = new CallDriver(client, BARE, session -> {})) {
            var unused = load.warmUp(driver);
            describe(report.row("bare: a watch and one write per step"), load.place(driver));
        }
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
        report.goal("API writes per call", perCall <= MOST_WRITES, "%.2f by the operator, goal 4", perCall);
    }

    private static Report.Row describe(Report.Row row, List<Timing> timings) {
        return row.with("calls", timings.size())
                .with(
                        "not_served",
                        timings.stream().filter(timing -> !timing.served()).count())
                .with("given_ms_p50", percentile(timings, Timing::givenMicros, 50) / 1000.0)
                .with("given_ms_p99", percentile(timings, Timing::givenMicros, 99) / 1000.0)
                .with("ready_ms_p50", percentile(timings, Timing::readyMicros, 50) / 1000.0)
                .with("ready_ms_p90", percentile(timings, Timing::readyMicros, 90) / 1000.0)
                .with("ready_ms_p99", percentile(timings, Timing::readyMicros, 99) / 1000.0)
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

    private static void speak(PlayedWorkers workers, CallSession session) {
        WorkerReference worker = session.getStatus().worker();
        if (worker != null) {
            workers.in(worker.pod()).says(State.ACTIVE);
        }
    }

    private static int writes(OperatorProcess operator) {
        return operator.counted("aicc_api_writes_total{kind=\"CallSession\"")
                + operator.counted("aicc_api_writes_total{kind=\"Pod\"");
    }

    private static void awaitWarm(KubernetesClient client, OperatorProcess operator, int warm) throws Exception {
        client.resource(Serialization.unmarshal("""
                        apiVersion: aicc.io/v1alpha1
                        kind: WorkerPool
                        metadata: {name: default, namespace: default}
                        spec:
                          warm: {min: %1$d, max: %1$d, percent: 0}
                          maxWorkers: 5000
                          ports: {from: 20000, to: 29999, quarantineSeconds: 2}
                          worker: {image: played}
                          outputs:
                            - {name: none, url: "ws://receiver:8099/transcripts", clientId: bench, secretRef: receiver}
                        """.formatted(warm), WorkerPool.class))
                .create();
        long deadline = System.nanoTime() + START_LIMIT.toNanos();
        while (!operator.ready() || warm(client) < warm) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("the operator has no " + warm + " warm workers after "
                        + START_LIMIT.toSeconds() + " s, see operator.log");
            }
            Thread.sleep(100);
        }
    }

    private static int warm(KubernetesClient client) {
        WorkerPool pool = client.resources(WorkerPool.class)
                .inNamespace(NAMESPACE)
                .withName("default")
                .get();
        WorkerPoolStatus status = pool == null ? null : pool.getStatus();
        Integer warm = status == null ? null : status.warm();
        return warm == null ? 0 : warm;
    }

    private static KubernetesClient client(EmbeddedKubernetes api) {
        return new KubernetesClientBuilder()
                .withConfig(Config.fromKubeconfig(api.kubeconfig().toFile()))
                .build();
    }
}
