package io.aicc.bench.latency;

import io.aicc.bench.Benchmark;
import io.aicc.bench.Counts;
import io.aicc.bench.Options;
import io.aicc.bench.Report;
import io.aicc.bench.Sorted;
import io.aicc.bench.engine.TimingProvider;
import io.aicc.bench.fleet.Fleet;
import io.aicc.bench.fleet.LiveWorker;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a worker adds: from the moment a packet is sent to it until the engine has it, and from a result until a receiver has
 * read it. Sender and receiver are part of both; the worker's share of the second is what it says itself, from a result until
 * the socket has taken it.
 */
public final class LatencyBench implements Benchmark {
    private static final double MOST_MS = 20;
    private static final Duration WARM_UP = Duration.ofSeconds(10);
    private static final Pattern TO_WIRE = Pattern.compile("aicc_publish_seconds_bucket\\{le=\"([^\"]+)\".*");

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
        List<Map<String, Double>> toWire = new ArrayList<>();
        long from;
        long until;
        try (Fleet fleet = Fleet.start(workers, TimingProvider.NAME, directory)) {
            fleet.speak(WARM_UP);
            var unused = counts(fleet); // the first time keeps every worker's compiler busy for a while
            fleet.speak(WARM_UP);
            List<Map<String, Double>> before = counts(fleet);
            fleet.listen((transcript, event) -> delays.take(event.body(), System.nanoTime()));
            from = System.nanoTime();
            fleet.speak(Duration.ofSeconds(seconds));
            until = System.nanoTime();
            List<Map<String, Double>> after = counts(fleet);
            for (int i = 0; i < before.size(); i++) {
                toWire.add(Counts.since(before.get(i), after.get(i)));
            }
        }
        String calls = workers + (workers == 1 ? " call" : " calls at once");
        describe(report, calls, "packet sent to engine", delays.toEngine());
        describeWire(report, calls, toWire);
        describe(report, calls, "result to receiver", delays.toReceiver(from, until));
    }

    private static List<Map<String, Double>> counts(Fleet fleet) throws IOException {
        List<Map<String, Double>> counts = new ArrayList<>();
        for (LiveWorker worker : fleet.workers()) {
            counts.add(Counts.of(worker.metrics()));
        }
        return counts;
    }

    /** By the workers' own histograms, so in steps. */
    private static void describeWire(Report report, String calls, List<Map<String, Double>> workers) {
        NavigableMap<Double, Double> upTo = new TreeMap<>();
        for (Map<String, Double> counts : workers) {
            counts.forEach((name, count) -> {
                Matcher bucket = TO_WIRE.matcher(name);
                if (bucket.matches()) {
                    upTo.merge(limit(bucket.group(1)), count, Double::sum);
                }
            });
        }
        double all = upTo.isEmpty() ? 0 : upTo.lastEntry().getValue();
        double p99 = within(upTo, 0.99 * all);
        report.row(calls + ", event to wire, within")
                .with("measured", (long) all)
                .with("p50_ms", within(upTo, 0.5 * all))
                .with("p99_ms", p99);
        report.goal(
                calls + ", event to wire", all > 0 && p99 <= MOST_MS, "p99 within %.0f ms, goal %.0f ms", p99, MOST_MS);
    }

    private static double limit(String seconds) {
        return seconds.equals("+Inf") ? Double.POSITIVE_INFINITY : 1000 * Double.parseDouble(seconds);
    }

    private static double within(NavigableMap<Double, Double> upTo, double count) {
        return upTo.entrySet().stream()
                .filter(limit -> limit.getValue() >= count)
                .mapToDouble(Map.Entry::getKey)
                .findFirst()
                .orElse(Double.POSITIVE_INFINITY);
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
}
