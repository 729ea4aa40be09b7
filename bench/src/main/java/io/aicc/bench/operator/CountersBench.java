package io.aicc.bench.operator;

import io.aicc.bench.Benchmark;
import io.aicc.bench.Counts;
import io.aicc.bench.Options;
import io.aicc.bench.Report;
import io.aicc.bench.operator.CallDriver.Timing;
import io.aicc.crd.CallSession;
import io.aicc.crd.CallSessionStatus;
import io.aicc.crd.CallSessionStatus.Summary;
import io.aicc.crd.Phase;
import io.aicc.crd.WorkerPool;
import io.aicc.demo.OperatorProcess;
import io.aicc.demo.api.EmbeddedKubernetes;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Whether the operator's numbers stay true while it is killed again and again: short calls at a steady rate, with workers that
 * are played and count the same in every call. Its metrics die with it, so they are read just before.
 */
public final class CountersBench implements Benchmark {
    private static final Duration HOLD = Duration.ofMillis(200);
    private static final Duration PATIENCE = Duration.ofSeconds(120);
    private static final Duration SETTLED = Duration.ofSeconds(2);

    @Override
    public String name() {
        return "counters";
    }

    @Override
    public String summary() {
        return "calls and packets counted exactly once while the operator is killed [--calls 10000] [--kills 10] [--rate 25 calls/s] [--warm 80]";
    }

    @Override
    public Report run(Options options, Path directory) throws Exception {
        int calls = options.number("calls", 10_000, 1, 1_000_000);
        int kills = options.number("kills", 10, 0, 1_000);
        int rate = options.number("rate", 25, 1, 1_000);
        int warm = options.number("warm", 80, 1, 1_000);
        Report report = Report.of(name(), options.complete());
        try (EmbeddedKubernetes api = EmbeddedKubernetes.start(directory.resolve("kubeconfig"));
                KubernetesClient client = api.client()) {
            api.install(CallSession.class, WorkerPool.class);
            try (PlayedCluster cluster = new PlayedCluster(api, client, directory, call -> {})) {
                cluster.startPool(warm, PATIENCE);
                Lives lives = new Lives(cluster.operator());
                List<Timing> timings;
                try (CallDriver driver = cluster.driver(PATIENCE);
                        ExecutorService killer = Executors.newSingleThreadExecutor()) {
                    Duration pause = Duration.ofSeconds(calls / rate).dividedBy(kills + 1L);
                    Future<?> killed = killer.submit(() -> {
                        lives.end(kills, pause);
                        return null;
                    });
                    timings = driver.place("call", rate, calls, HOLD);
                    await(killed);
                }
                judge(report, timings, lives.settled(), lives, over(client));
            }
        }
        return report;
    }

    private static void await(Future<?> killed) throws IOException, InterruptedException {
        try {
            killed.get();
        } catch (ExecutionException e) {
            throw new IOException("the operator could not be killed and started again: " + e.getCause(), e);
        }
    }

    /** What the records say of calls that ended. */
    private static List<CallSessionStatus> over(KubernetesClient client) {
        return client.resources(CallSession.class).inNamespace(PlayedCluster.NAMESPACE).list().getItems().stream()
                .map(CallSession::getStatus)
                .filter(status -> status != null && status.phase() == Phase.Ended)
                .toList();
    }

    private static void judge(
            Report report, List<Timing> timings, Tally counted, Lives lives, List<CallSessionStatus> over) {
        Tally recorded = Tally.recorded(over);
        Tally sent = Tally.of(timings.size());
        long served = timings.stream().filter(Timing::served).count();
        long missing = recorded.calls() - counted.calls();
        long unseen = lives.unseen(over);
        recorded.describe(report.row("written down in %d records".formatted(over.size())));
        counted.describe(report.row("counted by the operator in %d lives".formatted(lives.count())));
        report.row("calls that are in no count that could be read")
                .with("calls", missing)
                .with("ended_between_a_last_look_and_death", unseen);
        report.goal("every call is served and ended", served == timings.size(), "%d of %d", served, timings.size());
        report.goal("records hold what workers counted", recorded.equals(sent), "%s, sent %s", recorded, sent);
        report.goal(
                "nothing is counted twice",
                counted.isAtMost(recorded),
                "%d of %d calls",
                counted.calls(),
                recorded.calls());
        report.goal(
                "nothing is forgotten but what died unread",
                missing <= unseen,
                "%d calls, of which %d ended between a last look and death",
                missing,
                unseen);
    }

    /** The operator's lives, those that are over and the one that is not. */
    private static final class Lives {
        private final OperatorProcess operator;
        private final List<Death> deaths = new ArrayList<>();

        /** What was counted when somebody asked. */
        private record Look(Instant at, Tally counted) {}

        /** What was counted after the last look went with it. */
        private record Death(Look last, Instant at) {}

        Lives(OperatorProcess operator) {
            this.operator = operator;
        }

        int count() {
            return deaths.size() + 1;
        }

        /** Calls that ended when nobody would look any more. */
        long unseen(List<CallSessionStatus> over) {
            return over.stream()
                    .map(status -> Objects.requireNonNull(status.times()).ended())
                    .map(ended -> Instant.parse(Objects.requireNonNull(ended)))
                    .filter(ended -> deaths.stream()
                            .anyMatch(death -> !ended.isBefore(death.last().at()) && !ended.isAfter(death.at())))
                    .count();
        }

        /** Ends so many of them, each after a pause and once it works. */
        void end(int kills, Duration pause) throws IOException, InterruptedException {
            for (int i = 0; i < kills; i++) {
                Thread.sleep(pause);
                Look last = look();
                operator.kill();
                deaths.add(new Death(last, Instant.now()));
                operator.startAgain();
            }
        }

        /** What this life has counted so far, as soon as there is somebody to say it. */
        private Look look() throws InterruptedException {
            while (true) {
                Instant now = Instant.now();
                String metrics = operator.ready() ? operator.metrics() : "";
                if (!metrics.isEmpty()) {
                    return new Look(now, Tally.counted(metrics));
                }
                Thread.sleep(100);
            }
        }

        /** All together, once nothing is added any more. */
        Tally settled() throws InterruptedException {
            Tally before = look().counted();
            while (true) {
                Thread.sleep(SETTLED);
                Tally now = look().counted();
                if (now.equals(before)) {
                    return deaths.stream().map(death -> death.last().counted()).reduce(now, Tally::plus);
                }
                before = now;
            }
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

        static Tally counted(String metrics) {
            Map<String, Double> counts = Counts.of(metrics);
            return new Tally(
                    (long) Counts.sum(counts, "aicc_calls_total"),
                    Math.round(Counts.sum(counts, "aicc_call_duration_seconds_sum")),
                    Math.round(counts.getOrDefault("aicc_udp_packets_total{stream=\"customer\"}", 0.0)),
                    Math.round(counts.getOrDefault("aicc_udp_packets_total{stream=\"agent\"}", 0.0)));
        }

        static Tally recorded(List<CallSessionStatus> over) {
            List<Summary> summaries = over.stream()
                    .map(CallSessionStatus::summary)
                    .filter(Objects::nonNull)
                    .toList();
            return new Tally(
                    summaries.size(),
                    summaries.stream().mapToLong(Summary::durationMs).sum() / 1000,
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

        boolean isAtMost(Tally other) {
            return calls <= other.calls
                    && seconds <= other.seconds
                    && customerPackets <= other.customerPackets
                    && agentPackets <= other.agentPackets;
        }

        void describe(Report.Row row) {
            row.with("calls", calls)
                    .with("seconds", seconds)
                    .with("customer_packets", customerPackets)
                    .with("agent_packets", agentPackets);
        }
    }
}
