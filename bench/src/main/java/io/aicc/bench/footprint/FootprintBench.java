package io.aicc.bench.footprint;

import io.aicc.bench.Benchmark;
import io.aicc.bench.Options;
import io.aicc.bench.ProcessFigures;
import io.aicc.bench.Report;
import io.aicc.bench.Shipped;
import io.aicc.bench.engine.CountingProvider;
import io.aicc.bench.fleet.Fleet;
import io.aicc.bench.fleet.LiveWorker;
import io.aicc.demo.JavaProgram;
import io.aicc.demo.google.GoogleStandIn;
import io.aicc.demo.google.Limits;
import io.aicc.worker.speech.SpeechEngine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.ToLongFunction;
import java.util.stream.LongStream;

/**
 * What workers cost: many of them in live calls at once, as they are shipped, and one alone from its start until it is ready.
 * Memory is proportional (PSS): what processes share is divided among them, as a node pays it.
 */
public final class FootprintBench implements Benchmark {
    private static final int MOST_PSS_MB = 50;
    private static final int MOST_PSS_MB_WITH_GOOGLE = 60;
    private static final String GOOGLE = "google";
    private static final int MOST_START_MS = 350;
    private static final double MOST_MILLICORES = 5;
    private static final int MOST_READY_MS = 100;
    private static final Duration SETTLING = Duration.ofSeconds(30);
    private static final Duration MEASURED = Duration.ofSeconds(30);

    @Override
    public String name() {
        return "footprint";
    }

    @Override
    public String summary() {
        return "memory, CPU and start of workers in live calls [--workers 20] [--engine counting | sphinx | google, on the stand-in] [--starts 5]; --workers 0: starts only, --starts 0: calls only";
    }

    @Override
    public Report run(Options options, Path directory) throws Exception {
        int workers = options.number("workers", 20, 0, 100);
        int starts = options.number("starts", 5, 0, 100);
        String engine =
                options.choice("engine", CountingProvider.NAME, List.of(CountingProvider.NAME, "sphinx", GOOGLE));
        Report report = Report.of(name(), options.complete());
        if (starts > 0) {
            starts(report, starts, directory);
        }
        if (workers > 0) {
            live(report, workers, engine, directory);
        }
        return report;
    }

    /** Google's client talks to a server that takes what it sends and recognises nothing. */
    private static void live(Report report, int workers, String engine, Path directory) throws Exception {
        if (!engine.equals(GOOGLE)) {
            live(report, workers, engine, Map.of("AICC_STT_ENGINE", engine), directory);
            return;
        }
        SpeechEngine deaf = CountingProvider.engine();
        try (GoogleStandIn google = GoogleStandIn.start(deaf, Limits.GOOGLE, directory, 0)) {
            live(report, workers, engine, google.workerSettings(), directory);
        }
    }

    private static void starts(Report report, int starts, Path directory) throws IOException, InterruptedException {
        Path shipped = Shipped.assemble("call-worker", directory);
        starts(report, "from classes and jars where they are", JavaProgram::worker, starts, directory);
        long start = starts(report, "as shipped", () -> JavaProgram.shippedWorker(shipped), starts, directory);
        report.goal("start to ready", start <= MOST_START_MS, "%d ms as shipped, goal %d ms", start, MOST_START_MS);
    }

    /** One way to start a worker. */
    private interface Start {
        ProcessBuilder command() throws IOException;
    }

    private static long starts(Report report, String how, Start command, int starts, Path directory)
            throws IOException, InterruptedException {
        List<LoneStart> measured = new ArrayList<>();
        try (LiveWorker.Commander commander = LiveWorker.Commander.generate()) {
            for (int i = 0; i <= starts; i++) {
                Path own = Files.createTempDirectory(directory.toAbsolutePath(), "start");
                measured.add(LoneStart.measure(command.command(), own, commander));
            }
        }
        measured.removeFirst(); // warmed up this program's own side
        long start = sorted(measured, LoneStart::startMillis)[starts / 2];
        long[] handOvers = sorted(measured, LoneStart::handOverMicros);
        report.row("one worker at a time, " + how + ", medians of " + starts)
                .with("start_to_ready_ms", start)
                .with("cpu_until_ready_ms", sorted(measured, LoneStart::cpuMillis)[starts / 2])
                .with("hand_over_ms", handOvers[starts / 2] / 1000.0)
                .with("slowest_hand_over_ms", handOvers[starts - 1] / 1000.0);
        return start;
    }

    /**
     * One worker with nobody but us.
     *
     * @param startMillis from the start of the process until {@code /health/ready} says 200
     * @param cpuMillis that this took of all processors together
     * @param handOverMicros from the order until the worker acknowledged it
     */
    private record LoneStart(long startMillis, long cpuMillis, long handOverMicros) {
        private static final String ADDRESS = "127.61.0.1";

        static LoneStart measure(ProcessBuilder builder, Path directory, LiveWorker.Commander commander)
                throws IOException, InterruptedException {
            // No model in the process, and nobody asked before there is audio.
            Map<String, String> settings = Map.of("AICC_STT_ENGINE", "vosk", "AICC_VOSK_URL", "ws://" + ADDRESS + ":1");
            try (LiveWorker worker = LiveWorker.start(builder, ADDRESS, directory, commander, settings)) {
                Thread.sleep(Duration.ofSeconds(1)); // warm workers wait for their call
                long start = System.nanoTime();
                worker.assign("127.0.0.1:4000", "127.0.0.1:4002");
                long handOver = System.nanoTime() - start;
                return new LoneStart(worker.startMillis(), worker.cpuMillis(), handOver / 1000);
            }
        }
    }

    private static long[] sorted(List<LoneStart> measured, ToLongFunction<LoneStart> figure) {
        return measured.stream().mapToLong(figure).sorted().toArray();
    }

    private static void live(Report report, int workers, String engine, Map<String, String> speech, Path directory)
            throws Exception {
        try (Fleet fleet = Fleet.start(workers, speech, directory);
                ExecutorService speaking = Executors.newSingleThreadExecutor()) {
            List<Long> pids = fleet.workers().stream().map(LiveWorker::pid).toList();
            Map<Long, Long> warm = pss(pids);
            Future<?> spoken = speaking.submit(() -> {
                fleet.speak(SETTLING.plus(MEASURED));
                return null;
            });
            Thread.sleep(SETTLING);
            double slowestReady = slowestReadyMillis(fleet.workers());
            Map<Long, Long> before = cpu(pids);
            long from = System.nanoTime();
            spoken.get();
            double seconds = (System.nanoTime() - from) * 1e-9;
            Map<Long, Long> after = cpu(pids);
            Map<Long, Long> live = pss(pids);
            double millicores = after.entrySet().stream()
                    .mapToDouble(it -> (it.getValue() - before.getOrDefault(it.getKey(), 0L)) / seconds)
                    .average()
                    .orElse(0);
            describe(report, "warm", warm);
            describe(report, "in a live call", live)
                    .with("millicores_per_call", millicores)
                    .with("slowest_ready_ms", slowestReady)
                    .with("engine", engine);
            double pss = mean(live);
            int most = engine.equals(GOOGLE) ? MOST_PSS_MB_WITH_GOOGLE : MOST_PSS_MB;
            report.goal("memory of a live worker", pss <= most, "%.1f MB, goal %d MB", pss, most);
            report.goal(
                    "answer of /health/ready in a live call",
                    slowestReady < MOST_READY_MS,
                    "%.1f ms, goal below %d ms",
                    slowestReady,
                    MOST_READY_MS);
            if (engine.equals(CountingProvider.NAME)) {
                report.goal(
                        "CPU of a live call without speech to text",
                        millicores <= MOST_MILLICORES,
                        "%.1f millicores, goal %.0f",
                        millicores,
                        MOST_MILLICORES);
            }
        }
    }

    /** Each asked once, all of them in calls. */
    private static double slowestReadyMillis(List<LiveWorker> workers) throws IOException {
        long slowest = 0;
        for (LiveWorker worker : workers) {
            slowest = Math.max(slowest, worker.readyMicros());
        }
        return slowest / 1000.0;
    }

    private static Report.Row describe(Report report, String state, Map<Long, Long> pssKib) {
        LongStream kib = pssKib.values().stream().mapToLong(Long::longValue);
        return report.row(pssKib.size() + " workers " + state)
                .with("pss_mb_mean", mean(pssKib))
                .with("pss_mb_most", kib.max().orElse(0) / 1024.0);
    }

    private static double mean(Map<Long, Long> kib) {
        return kib.values().stream().mapToLong(Long::longValue).average().orElse(0) / 1024.0;
    }

    private static Map<Long, Long> pss(List<Long> pids) throws IOException {
        Map<Long, Long> pss = new HashMap<>();
        for (long pid : pids) {
            pss.put(pid, ProcessFigures.pssKib(pid));
        }
        return pss;
    }

    private static Map<Long, Long> cpu(List<Long> pids) throws IOException {
        Map<Long, Long> cpu = new HashMap<>();
        for (long pid : pids) {
            cpu.put(pid, ProcessFigures.cpuMillis(pid));
        }
        return cpu;
    }
}
