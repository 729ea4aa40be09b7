package io.aicc.bench.operator;

import io.aicc.bench.Benchmark;
import io.aicc.bench.Counts;
import io.aicc.bench.Options;
import io.aicc.bench.Report;
import io.aicc.bench.operator.CallDriver.Timing;
import io.aicc.crd.CallSession;
import io.aicc.crd.CallSessionStatus;
import io.aicc.crd.CallSessionStatus.Summary;
import io.aicc.crd.WorkerPool;
import io.aicc.demo.OperatorProcess;
import io.aicc.demo.api.EmbeddedKubernetes;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/**
 * Whether the operator's numbers stay true while it is killed again and again: short calls at a steady rate, with workers that
 * are played and count the same in every call, and records that are deleted soon. What is shown by whoever leads at the end
 * stands beside what was sent, and beside what is kept: in records, and in the archive of those that are gone.
 */
public final class CountersBench implements Benchmark {
    private static final Duration HOLD = Duration.ofMillis(200);
    private static final Duration PATIENCE = Duration.ofSeconds(120);
    private static final Duration SETTLED = Duration.ofSeconds(2);
    private static final PatchContext MERGE = PatchContext.of(PatchType.JSON_MERGE);

    @Override
    public String name() {
        return "counters";
    }

    @Override
    public String summary() {
        return "calls and packets counted exactly once while the operator is killed [--calls 10000] [--kills 10] [--rate 25 calls/s] [--warm 80] [--keep 20 seconds a record]";
    }

    @Override
    public Report run(Options options, Path directory) throws Exception {
        int calls = options.number("calls", 10_000, 1, 1_000_000);
        int kills = options.number("kills", 10, 0, 1_000);
        int rate = options.number("rate", 25, 1, 1_000);
        int warm = options.number("warm", 80, 1, 1_000);
        int keep = options.number("keep", 20, 0, 3_600);
        Report report = Report.of(name(), options.complete());
        try (EmbeddedKubernetes api = EmbeddedKubernetes.start(directory.resolve("kubeconfig"));
                KubernetesClient client = api.client()) {
            api.install(CallSession.class, WorkerPool.class);
            try (PlayedCluster cluster = new PlayedCluster(api, client, directory, call -> {})) {
                cluster.startPool(warm, PATIENCE);
                keepRecords(client, keep);
                List<Timing> timings;
                try (CallDriver driver = cluster.driver(PATIENCE);
                        ExecutorService killer = Executors.newSingleThreadExecutor()) {
                    Duration pause = Duration.ofSeconds(calls / rate).dividedBy(kills + 1L);
                    Future<?> killed = killer.submit(() -> {
                        kill(cluster.operator(), kills, pause);
                        return null;
                    });
                    timings = driver.place("call", rate, calls, HOLD);
                    await(killed);
                }
                keepRecords(client, 3_600); // Nothing moves any more while we look.
                Tally shown = settled(cluster.operator());
                judge(report, timings, kills, shown, Kept.read(client));
            }
        }
        return report;
    }

    private static void keepRecords(KubernetesClient client, int seconds) {
        client.resources(WorkerPool.class)
                .inNamespace(PlayedCluster.NAMESPACE)
                .withName("default")
                .patch(MERGE, "{\"spec\":{\"limits\":{\"keepEndedSeconds\":%d}}}".formatted(seconds));
    }

    /** Each after a pause of any length, on average this one, whatever the operator is doing then. */
    private static void kill(OperatorProcess operator, int kills, Duration pause)
            throws IOException, InterruptedException {
        RandomGenerator random = RandomGenerator.getDefault();
        for (int i = 0; i < kills; i++) {
            Thread.sleep(random.nextLong(1 + 2 * pause.toMillis()));
            operator.kill();
            operator.startAgain();
        }
    }

    private static void await(Future<?> killed) throws IOException, InterruptedException {
        try {
            killed.get();
        } catch (ExecutionException e) {
            throw new IOException("the operator could not be killed and started again: " + e.getCause(), e);
        }
    }

    /** What whoever leads shows, once nothing is added any more. */
    private static Tally settled(OperatorProcess operator) throws InterruptedException {
        Tally before = shown(operator);
        while (true) {
            Thread.sleep(SETTLED);
            Tally now = shown(operator);
            if (now.equals(before)) {
                return now;
            }
            before = now;
        }
    }

    private static Tally shown(OperatorProcess operator) throws InterruptedException {
        while (true) {
            String metrics = operator.ready() ? operator.metrics() : "";
            if (metrics.contains("aicc_calls_total{")) {
                return Tally.shown(metrics);
            }
            Thread.sleep(100);
        }
    }

    private static void judge(Report report, List<Timing> timings, int kills, Tally shown, Kept kept) {
        Tally sent = Tally.of(timings.size());
        long served = timings.stream().filter(Timing::served).count();
        sent.describe(report.row("sent, while the operator was killed %d times".formatted(kills)));
        shown.describe(report.row("shown by who leads at the end"));
        kept.archive().describe(report.row("kept in the archive"));
        kept.records().describe(report.row("kept in records that are still there"));
        report.goal("every call is served and ended", served == timings.size(), "%d of %d", served, timings.size());
        report.goal("what is shown is what was sent", shown.equals(sent), "%s, sent %s", shown, sent);
        Tally together = kept.archive().plus(kept.records());
        report.goal("what is shown is what is kept", shown.equals(together), "%s, kept %s", shown, together);
        report.goal(
                "both kinds of keeping had their part",
                kept.archive().calls() > 0 && kept.records().calls() > 0,
                "%d calls in the archive, %d in records",
                kept.archive().calls(),
                kept.records().calls());
    }

    /** What outlives the operator. */
    private record Kept(Tally archive, Tally records) {
        static Kept read(KubernetesClient client) {
            ConfigMap archive = Objects.requireNonNull(
                    client.configMaps()
                            .inNamespace(PlayedCluster.NAMESPACE)
                            .withName("aicc-operator")
                            .get(),
                    "the operator has no archive");
            Map<String, String> data = archive.getData();
            Set<String> counted = Set.of(data.getOrDefault("counted", "").split("\\s+"));
            return new Kept(
                    Tally.archived(data.getOrDefault("totals", "")),
                    Tally.recorded(
                            client
                                    .resources(CallSession.class)
                                    .inNamespace(PlayedCluster.NAMESPACE)
                                    .list()
                                    .getItems()
                                    .stream()
                                    .filter(session -> !counted.contains(
                                            session.getMetadata().getUid()))
                                    .map(CallSession::getStatus)
                                    .filter(status -> status != null
                                            && status.phase() != null
                                            && status.phase().terminal())
                                    .toList()));
        }
    }

    /** What calls add up to: those that ended, how long they lasted, and packets heard of their speakers. */
    private record Tally(long calls, long seconds, long customerPackets, long agentPackets) {
        private static final int SECONDS_OF_A_CALL = 4;
        private static final int CUSTOMER_PACKETS_OF_A_CALL = 100;
        private static final int AGENT_PACKETS_OF_A_CALL = 90;

        /** As the played workers count. */
        static Tally of(int calls) {
            return new Tally(
                    calls,
                    (long) SECONDS_OF_A_CALL * calls,
                    (long) CUSTOMER_PACKETS_OF_A_CALL * calls,
                    (long) AGENT_PACKETS_OF_A_CALL * calls);
        }

        static Tally shown(String metrics) {
            Map<String, Double> counts = Counts.of(metrics);
            return new Tally(
                    (long) Counts.sum(counts, "aicc_calls_total"),
                    Math.round(counts.getOrDefault("aicc_call_duration_seconds_sum", 0.0)),
                    Math.round(counts.getOrDefault("aicc_udp_packets_total{stream=\"customer\"}", 0.0)),
                    Math.round(counts.getOrDefault("aicc_udp_packets_total{stream=\"agent\"}", 0.0)));
        }

        static Tally archived(String totals) {
            Map<String, Long> numbers = totals.lines()
                    .map(line -> line.split(" "))
                    .collect(Collectors.toMap(words -> words[0], words -> Long.parseLong(words[1])));
            return new Tally(
                    numbers.entrySet().stream()
                            .filter(number -> number.getKey().startsWith("calls."))
                            .mapToLong(Map.Entry::getValue)
                            .sum(),
                    numbers.getOrDefault("lasted_ms", 0L) / 1_000,
                    numbers.getOrDefault("packets.customer", 0L),
                    numbers.getOrDefault("packets.agent", 0L));
        }

        static Tally recorded(List<CallSessionStatus> over) {
            List<Summary> summaries = over.stream()
                    .map(CallSessionStatus::summary)
                    .filter(Objects::nonNull)
                    .toList();
            return new Tally(
                    over.size(),
                    summaries.stream().mapToLong(Summary::durationMs).sum() / 1_000,
                    summaries.stream().mapToLong(Summary::customerPackets).sum(),
                    summaries.stream().mapToLong(Summary::agentPackets).sum());
        }

        Tally plus(Tally other) {
            return new Tally(
                    calls + other.calls,
                    seconds + other.seconds,
                    customerPackets + other.customerPackets,
                    agentPackets + other.agentPackets);
        }

        void describe(Report.Row row) {
            row.with("calls", calls)
                    .with("seconds", seconds)
                    .with("customer_packets", customerPackets)
                    .with("agent_packets", agentPackets);
        }
    }
}
