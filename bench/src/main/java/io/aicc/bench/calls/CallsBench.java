package io.aicc.bench.calls;

import io.aicc.bench.Benchmark;
import io.aicc.bench.Options;
import io.aicc.bench.Report;
import io.aicc.bench.Shipped;
import io.aicc.bench.Sorted;
import io.aicc.bench.Trend;
import io.aicc.bench.calls.Lines.Over;
import io.aicc.bench.calls.Lines.Plan;
import io.aicc.bench.engine.WitnessProvider;
import io.aicc.bench.fleet.Fleet;
import io.aicc.crd.CallSessionStatus.Summary;
import io.aicc.demo.DemoSystem;
import io.aicc.demo.DemoSystem.PoolSize;
import io.aicc.demo.script.ConversationLibrary;
import io.aicc.operator.port.PortPair;
import io.aicc.operator.port.PortRange;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/**
 * The whole system under many calls at once: operator and workers as processes, as they are shipped, on the embedded API; real
 * audio, a real receiver. Every line has one call after the other, so workers and ports come and go all the time.
 */
public final class CallsBench implements Benchmark {
    private static final String SPHINX = "sphinx";
    private static final int SAMPLES_OF_MEMORY = 120;
    private static final int PORTS_CLOSED_MS = 1_000;
    private static final Duration SETTLE_LIMIT = Duration.ofSeconds(30);

    @Override
    public String name() {
        return "calls";
    }

    @Override
    public String summary() {
        return "isolation, ports, completeness and memory of many calls at once [--calls 10] [--duration 5m] [--talk 2m: of one call] [--engine sphinx | witness: counts packets, recognises nothing]";
    }

    @Override
    public Report run(Options options, Path directory) throws Exception {
        Plan plan = new Plan(
                options.number("calls", 10, 1, 500),
                options.duration("duration", Duration.ofMinutes(5), Duration.ofMinutes(1), Duration.ofDays(1)),
                options.duration("talk", Duration.ofMinutes(2), Duration.ofSeconds(10), Duration.ofHours(10)));
        String engine = options.choice("engine", SPHINX, List.of(SPHINX, WitnessProvider.NAME));
        Report report = Report.of(name(), options.complete());
        ConversationLibrary library = ConversationLibrary.open();
        Hearing hearing = engine.equals(SPHINX) ? new Words(library, directory) : new Packets();
        try (DemoSystem system =
                new DemoSystem(directory, 0, Fleet.command(Shipped.assemble("call-worker", directory)))) {
            PoolSize pool = pool(plan.lines());
            system.startPool(pool, hearing.workerSettings());
            Lines lines = new Lines(system, library.conversations(), hearing, plan);
            Trend memory = talk(lines, system, plan);
            Report.Row row =
                    report.row("%d calls at once for %d s, every call %s, %d s of talk and a short first one per line"
                            .formatted(
                                    plan.lines(),
                                    plan.duration().toSeconds(),
                                    hearing.what(),
                                    plan.talk().toSeconds()));
            calls(report, row, lines);
            hearing.conclude(report, row);
            ports(report, row, lines.calls(), new Leases(system, pool.ports()));
            memory(report, row.with("plot", memory.write(directory.resolve("calls.svg"))), memory);
        }
        return report;
    }

    /** Room for calls that begin while the workers of others still clear up, and few enough ports to be used again. */
    private static PoolSize pool(int calls) {
        int most = calls + Math.max(2, calls / 5);
        return new PoolSize(calls, most, new PortRange(PortPair.FIRST, PortPair.FIRST + 4 * most - 1));
    }

    private static Trend talk(Lines lines, DemoSystem system, Plan plan) throws IOException, InterruptedException {
        Duration step = plan.duration().dividedBy(SAMPLES_OF_MEMORY);
        try (MemoryWatch watch = new MemoryWatch(system.operator()::pid, step)) {
            lines.talk();
            return watch.trend();
        }
    }

    private static void calls(Report report, Report.Row row, Lines lines) {
        List<Over> calls = lines.calls();
        long sent = sum(calls, over -> over.call().packetsSent().orElse(0));
        long heard = sum(
                calls, over -> summary(over).customerPackets() + summary(over).agentPackets());
        long finals = sum(calls, over -> over.proof().finalsHeld());
        long proven = calls.stream().filter(CallsBench::complete).count();
        Sorted ready = millis(calls, over -> over.call().ready());
        Sorted ended = millis(calls, over -> over.call().ended());
        row.with("calls_served", calls.size())
                .with("calls_failed", lines.failures().size())
                .with("packets_sent", sent)
                .with("packets_heard", heard)
                .with("packets_lost", sum(calls, over -> summary(over).packetsLost()))
                .with("packets_refused", sum(calls, over -> summary(over).packetsRejected()))
                .with(
                        "finals_expected",
                        sum(calls, over -> over.proof().finalsExpected().orElse(0L)))
                .with("finals_delivered", finals)
                .with("finals_acknowledged", sum(calls, over -> over.proof().finalsAcknowledged()))
                .with("created_to_ready_ms_p50", ready.at(0.5))
                .with("created_to_ready_ms_p99", ready.at(0.99))
                .with("hung_up_to_ended_ms_p50", ended.at(0.5))
                .with("hung_up_to_ended_ms_p99", ended.at(0.99));
        report.goal(
                "every call is served",
                !calls.isEmpty() && lines.failures().isEmpty(),
                "%d served, %d not %s",
                calls.size(),
                lines.failures().size(),
                lines.failures().stream().limit(3).toList());
        report.goal("every packet is heard", sent > 0 && heard == sent, "%d of %d", heard, sent);
        report.goal(
                "every final is delivered and acknowledged",
                finals > 0 && proven == calls.size(),
                "%d finals; proven by both sides' counts for %d of %d calls",
                finals,
                proven,
                calls.size());
    }

    private static void ports(Report report, Report.Row row, List<Over> calls, Leases leases)
            throws InterruptedException {
        leases.awaitRest(SETTLE_LIMIT);
        PortUse use =
                PortUse.of(calls.stream().map(over -> over.call().session()).toList());
        Sorted closed = Sorted.of(use.closedAfter());
        row.with("hung_up_to_ports_closed_ms_p50", closed.at(0.5))
                .with("hung_up_to_ports_closed_ms_p99", closed.at(0.99))
                .with("port_pairs_used", use.pairs())
                .with("port_pairs_used_again", use.rests().size())
                .with("shortest_rest_of_a_pair_ms", use.shortestRest())
                .with("port_pairs_given_back", use.givenBack())
                .with("port_pairs_leased_at_the_end", leases.leased())
                .with("workers_at_the_end", leases.workers());
        report.goal(
                "hang-up to ports closed, p99",
                closed.at(0.99) <= PORTS_CLOSED_MS,
                "%.0f ms, goal %d ms",
                closed.at(0.99),
                PORTS_CLOSED_MS);
        report.goal("no port pair in two calls", use.twice() == 0, "%d of %d times", use.twice(), calls.size());
        report.goal(
                "every port pair is given back",
                use.givenBack() == calls.size() && leases.leased() == leases.workers(),
                "%d of %d calls; at the end %d leased by %d workers",
                use.givenBack(),
                calls.size(),
                leases.leased(),
                leases.workers());
    }

    private static void memory(Report report, Report.Row row, Trend memory) {
        row.with("operator_rss_mb_settled", memory.settled(MemoryWatch.OPERATOR))
                .with("operator_rss_mb_at_the_end", memory.late(MemoryWatch.OPERATOR))
                .with("operator_rss_mb_at_most", memory.most(MemoryWatch.OPERATOR))
                .with("worker_pss_mb_settled", memory.settled(MemoryWatch.WORKER))
                .with("worker_pss_mb_at_the_end", memory.late(MemoryWatch.WORKER));
        memory.judge(report, MemoryWatch.OPERATOR);
        memory.judge(report, MemoryWatch.WORKER);
    }

    private static boolean complete(Over over) {
        return over.proof().isProven()
                && over.proof().finalsAcknowledged() == over.proof().finalsHeld();
    }

    private static Summary summary(Over over) {
        return Objects.requireNonNull(over.call().session().getStatus().summary(), "an ended session has a summary");
    }

    private static long sum(List<Over> calls, ToLongFunction<Over> figure) {
        return calls.stream().mapToLong(figure).sum();
    }

    private static Sorted millis(List<Over> calls, Function<Over, Duration> figure) {
        return Sorted.of(
                calls.stream().map(over -> figure.apply(over).toMillis()).toList());
    }

    /** What the operator says of its ports now: gauges, which it has right again after a restart. */
    private record Leases(DemoSystem system, PortRange range) {
        /** Until no pair is held, or rests, but those of the workers there are. */
        void awaitRest(Duration limit) throws InterruptedException {
            long deadline = System.nanoTime() + limit.toNanos();
            while (leased() != workers() && System.nanoTime() < deadline) {
                Thread.sleep(200);
            }
        }

        int leased() {
            return range.pairs() - system.operator().counted("aicc_port_pool_available");
        }

        int workers() {
            return system.client().pods().inAnyNamespace().list().getItems().size();
        }
    }
}
