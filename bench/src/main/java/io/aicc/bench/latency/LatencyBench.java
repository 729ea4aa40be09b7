package io.aicc.bench.latency;

import io.aicc.bench.Benchmark;
import io.aicc.bench.Options;
import io.aicc.bench.Report;
import io.aicc.bench.Sorted;
import io.aicc.bench.engine.TimingProvider;
import io.aicc.bench.fleet.Fleet;
import io.aicc.wire.event.EventBody;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What a worker adds: from the moment a packet is sent to it until the engine has it, and from a result until a receiver has
 * read it. Sender and receiver are part of both, so the worker's share is less than what is told.
 */
public final class LatencyBench implements Benchmark {
    private static final double MOST_MS = 20;
    private static final Duration WARM_UP = Duration.ofSeconds(10);

    @Override
    public String name() {
        return "latency";
    }

    @Override
    public String summary() {
        return "what a worker adds, packet to engine and result to receiver, alone and among others; the engine recognises nothing [--workers 20] [--seconds 60]";
    }

    @Override
    public Report run(Options options, Path directory) throws Exception {
        int workers = options.number("workers", 20, 1, 100);
        int seconds = options.number("seconds", 60, 5, 3600);
        Report report = Report.of(name(), options.complete());
        measure(report, 1, seconds, directory);
        if (workers > 1) {
            measure(report, workers, seconds, directory);
        }
        return report;
    }

    private static void measure(Report report, int workers, int seconds, Path directory) throws Exception {
        Delays delays = new Delays();
        try (Fleet fleet = Fleet.start(workers, TimingProvider.NAME, directory)) {
            fleet.speak(WARM_UP);
            fleet.listen((transcript, event) -> delays.take(event.body()));
            fleet.speak(Duration.ofSeconds(seconds));
        }
        String calls = workers + (workers == 1 ? " call" : " calls at once");
        describe(report, calls, "packet sent to engine", delays.toEngine());
        describe(report, calls, "result to receiver", delays.toReceiver());
    }

    private static void describe(Report report, String calls, String way, Sorted millis) {
        double p99 = millis.at(0.99);
        report.row(calls + ", " + way)
                .with("measured", millis.count())
                .with("p50_ms", millis.at(0.5))
                .with("p99_ms", p99)
                .with("most_ms", millis.at(1));
        report.goal(
                calls + ", " + way, millis.count() > 0 && p99 <= MOST_MS, "p99 %.2f ms, goal %.0f ms", p99, MOST_MS);
    }

    /** What results tell; the first that arrive after the warm-up still tell of packets in it. */
    private static final class Delays {
        private final List<Double> toEngine = new ArrayList<>();
        private final List<Double> toReceiver = new ArrayList<>();

        synchronized void take(EventBody body) {
            long now = System.nanoTime();
            switch (body) {
                case EventBody.TranscriptInterim interim -> toReceiver.add(ms(now - Long.parseLong(interim.text())));
                case EventBody.TranscriptFinal words -> {
                    String[] figures = words.text().split(" ", -1);
                    toReceiver.add(ms(now - Long.parseLong(figures[0])));
                    Arrays.stream(figures).skip(1).forEach(micros -> toEngine.add(Long.parseLong(micros) / 1000.0));
                }
                default -> {} // what else is told of a call
            }
        }

        synchronized Sorted toEngine() {
            return Sorted.of(toEngine);
        }

        synchronized Sorted toReceiver() {
            return Sorted.of(toReceiver);
        }

        private static double ms(long nanos) {
            return nanos / 1e6;
        }
    }
}
