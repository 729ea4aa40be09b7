package io.aicc.bench.udp;

import io.aicc.bench.Benchmark;
import io.aicc.bench.Child;
import io.aicc.bench.Options;
import io.aicc.bench.Report;
import io.aicc.bench.Report.Row;
import io.aicc.bench.udp.Receiver.Kind;
import io.aicc.demo.JavaProgram;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * Packets a second without a loss, through to decoded samples: the worker's receiver, and beside it the asyncio design that it
 * replaced, under the same sender in one run.
 */
public final class UdpBench implements Benchmark {
    private static final int GOAL_PER_SECOND = 250_000;
    private static final int GOAL_TIMES = 10;
    private static final int WARM_UP_SECONDS = 2;
    private static final int FIRST_RATE = 20_000;
    private static final double GROWTH = 1.5;
    private static final int HALVINGS = 4;
    /** A sender that is this much slower than asked cannot say more about a receiver. */
    private static final double SENDER_SHORTFALL = 0.97;

    @Override
    public String name() {
        return "udp";
    }

    @Override
    public String summary() {
        return "packets a second without a loss, beside asyncio [--pps 10000] [--duration 60] [--step-seconds 3]";
    }

    @Override
    public Report run(Options options, Path directory) throws IOException, InterruptedException {
        int rate = options.number("pps", 10_000, 100, 1_000_000);
        int seconds = options.number("duration", 60, 1, 3600);
        int stepSeconds = options.number("step-seconds", 3, 1, 60);
        Report report = Report.of(name(), options.complete());
        try (Child sender = new Child(
                "sender", JavaProgram.likeAWorker(PacketSender.class.getName()), directory.resolve("sender.log"))) {
            Rig rig = new Rig(sender, sender.read(), directory);
            for (Kind kind : Kind.values()) {
                Run run = rig.run(kind, rate, seconds);
                run.describe(report.row("%s at %,d packets/s for %d s".formatted(kind.label, rate, seconds)));
                if (kind == Kind.WORKER) {
                    report.goal(
                            "no packet lost at " + rate + "/s",
                            run.lost() == 0,
                            "%d of %d lost",
                            run.lost(),
                            run.sent());
                }
            }
            judge(
                    report,
                    highest(report, rig, Kind.WORKER, stepSeconds),
                    highest(report, rig, Kind.ASYNCIO, stepSeconds));
        }
        return report;
    }

    private static Run highest(Report report, Rig rig, Kind kind, int stepSeconds)
            throws IOException, InterruptedException {
        Run run = rig.highest(kind, stepSeconds);
        run.describe(report.row(kind.label + ", highest rate without a loss").with("packets_per_second", run.rate()));
        return run;
    }

    private static void judge(Report report, Run worker, Run asyncio) {
        double times = (double) worker.rate() / Math.max(1, asyncio.rate());
        report.goal(
                "at least %,d packets/s".formatted(GOAL_PER_SECOND),
                worker.rate() >= GOAL_PER_SECOND,
                "%,d",
                worker.rate());
        report.goal("at least %d times asyncio".formatted(GOAL_TIMES), times >= GOAL_TIMES, "%.1f times", times);
    }

    /** What came of one rate. */
    private record Run(int rate, long sent, long millis, Map<String, Long> counted) {
        long lost() {
            return sent - counted.getOrDefault("packets", 0L);
        }

        boolean senderTooSlow(int seconds) {
            return millis * SENDER_SHORTFALL > seconds * 1000.0;
        }

        void describe(Row row) {
            row.with("sent", sent)
                    .with("decoded", counted.getOrDefault("packets", 0L))
                    .with("lost", lost());
            counted.forEach((name, count) -> {
                if (count > 0 && !name.equals("packets") && !name.equals("cpu_us") && !name.equals("allocated_bytes")) {
                    row.with(name, count);
                }
            });
            row.with("cpu_us_per_packet", (double) counted.getOrDefault("cpu_us", 0L) / sent);
            row.with("cores_used", counted.getOrDefault("cpu_us", 0L) / 1000.0 / millis);
            Long allocated = counted.get("allocated_bytes");
            if (allocated != null) {
                row.with("allocated_bytes_per_packet", (double) allocated / sent);
            }
        }
    }

    /** The sender, and whoever is measured with it. */
    private record Rig(Child sender, String sources, Path directory) {
        Run run(Kind kind, int rate, int seconds) throws IOException, InterruptedException {
            try (Receiver receiver = Receiver.start(kind, sources, directory)) {
                send(receiver, rate, WARM_UP_SECONDS);
                Map<String, Long> before = settled(receiver);
                String[] sent = send(receiver, rate, seconds);
                Map<String, Long> after = new TreeMap<>(settled(receiver));
                after.replaceAll((name, count) -> count - before.getOrDefault(name, 0L));
                return new Run(rate, Long.parseLong(sent[0]), Long.parseLong(sent[1]), after);
            }
        }

        /** Rises until packets are lost or the sender can no more, then closes in; every step is shown. */
        Run highest(Kind kind, int seconds) throws IOException, InterruptedException {
            Run best = new Run(0, 1, 1, Map.of());
            double high = 0;
            for (int halvings = 0; halvings < HALVINGS; halvings += high == 0 ? 0 : 1) {
                double rate = best.rate() == 0 && high == 0
                        ? FIRST_RATE
                        : high == 0 ? best.rate() * GROWTH : (best.rate() + high) / 2;
                Run run = run(kind, (int) rate, seconds);
                boolean tooSlow = run.senderTooSlow(seconds);
                System.err.printf(
                        "%s: %,d/s: %s %s%n",
                        kind.label, run.rate(), tooSlow ? "sender too slow" : run.lost() + " lost", run.counted());
                if (run.lost() == 0 && !tooSlow) {
                    best = run;
                } else {
                    high = rate;
                }
            }
            return best;
        }

        private String[] send(Receiver receiver, int rate, int seconds) throws IOException {
            return sender.ask(receiver.ports() + " " + rate + " " + seconds).split(" ", -1);
        }

        /** Asks until nothing moves any more. */
        private static Map<String, Long> settled(Receiver receiver) throws IOException, InterruptedException {
            Map<String, Long> before = receiver.count();
            while (true) {
                Thread.sleep(200);
                Map<String, Long> now = receiver.count();
                if (now.getOrDefault("packets", 0L).equals(before.getOrDefault("packets", 0L))) {
                    return now;
                }
                before = now;
            }
        }
    }
}
