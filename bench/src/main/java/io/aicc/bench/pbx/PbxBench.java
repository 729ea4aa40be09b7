package io.aicc.bench.pbx;

import io.aicc.bench.Benchmark;
import io.aicc.bench.Counts;
import io.aicc.bench.Options;
import io.aicc.bench.ProcessFigures;
import io.aicc.bench.Report;
import io.aicc.crd.CallSession;
import io.aicc.crd.WorkerPool;
import io.aicc.demo.ControllerProcess;
import io.aicc.demo.api.EmbeddedKubernetes;
import io.aicc.demo.pbx.AsteriskFiles;
import io.aicc.demo.pbx.AsteriskProcess;
import io.aicc.demo.pbx.SipLoad;
import io.aicc.demo.pbx.SipLoad.Outcome;
import io.aicc.demo.pbx.SipLoad.Plan;
import io.aicc.demo.player.MuLaw;
import io.aicc.demo.script.Conversation;
import io.aicc.demo.script.ConversationLibrary;
import io.aicc.wire.event.Channel;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/**
 * What one Asterisk and its controller carry: SIP phones (SIPp) with real audio call through the sample dialplan, every call is
 * tapped, and who receives the audio costs next to nothing.
 */
public final class PbxBench implements Benchmark {
    private static final String NAMESPACE = "default";
    private static final Duration TALK = Duration.ofSeconds(60);
    private static final Duration SHORT_TALK = Duration.ofSeconds(2);
    private static final Duration BASELINE = Duration.ofSeconds(20);
    private static final Duration SETTLE = Duration.ofSeconds(10);
    private static final Duration SLACK = Duration.ofMinutes(3);
    private static final int STEP_SECONDS = 10;
    private static final int MOST_SET_UP_MS = 250;
    private static final Duration PACKET = Duration.ofMillis(20);
    private static final double LEAST_HEARD = 0.98;
    private static final double LEAST_PLACED = 0.9;

    @Override
    public String name() {
        return "pbx";
    }

    @Override
    public String summary() {
        return "tapped calls through a real Asterisk [--calls 50] [--minutes 10] [--max-rate 64 calls a second]";
    }

    @Override
    public Report run(Options options, Path directory) throws Exception {
        int calls = options.number("calls", 50, 1, 500);
        int minutes = options.number("minutes", 10, 1, 600);
        int maxRate = options.number("max-rate", 64, 1, 500);
        Report report = Report.of(name(), options.complete());
        Path kubeconfig = directory.resolve("kubeconfig").toAbsolutePath();
        AsteriskFiles files = AsteriskFiles.find(Path.of(""));
        try (AsteriskProcess asterisk = new AsteriskProcess(
                        files,
                        Files.createTempDirectory("aicc-bench-"),
                        Map.of("pjsip.conf", SipLoad.configuration()));
                SipLoad load = new SipLoad(asterisk, directory.toAbsolutePath(), speech());
                EmbeddedKubernetes api = EmbeddedKubernetes.start(kubeconfig);
                KubernetesClient client = api.client()) {
            api.install(CallSession.class, WorkerPool.class);
            new Metadata(asterisk, api, client, directory.toAbsolutePath()).measure(report, load);
            untapped(report, asterisk, load, calls);
            try (SinkWorkers workers = new SinkWorkers(client, NAMESPACE);
                    ControllerProcess controller = new ControllerProcess(
                            kubeconfig, NAMESPACE, asterisk, Map.of(), directory.resolve("controller.log"))) {
                Tapped tapped = new Tapped(asterisk, controller, workers, load);
                tapped.steady(report, calls, minutes);
                tapped.rising(report, maxRate);
            }
        }
        return report;
    }

    /** The same calls with nobody listening: what Asterisk costs by itself. */
    private static void untapped(Report report, AsteriskProcess asterisk, SipLoad load, int calls) throws Exception {
        SipLoad.Run run = load.start("untapped", new Plan(calls, calls, calls, BASELINE.plus(SETTLE)));
        Thread.sleep(SETTLE.dividedBy(2));
        long before = ProcessFigures.cpuMillis(asterisk.pid());
        Thread.sleep(BASELINE);
        long spent = ProcessFigures.cpuMillis(asterisk.pid()) - before;
        Outcome outcome = run.await(SLACK);
        report.row(calls + " calls at once, no controller")
                .with("failed_calls", outcome.failed())
                .with("asterisk_cpu_percent_of_a_core_per_call", percent(spent, calls, BASELINE));
    }

    /** Share of a core that one call takes. */
    private static double percent(long cpuMillis, int calls, Duration during) {
        return 100.0 * cpuMillis / calls / during.toMillis();
    }

    /** The runs with a controller. */
    private record Tapped(AsteriskProcess asterisk, ControllerProcess controller, SinkWorkers workers, SipLoad load) {
        /** So many calls at the same time, each followed by the next. */
        void steady(Report report, int calls, int minutes) throws Exception {
            AsteriskProcess.Load before = asterisk.load();
            Map<String, Double> counted = Counts.of(controller.metrics());
            long packets = workers.packets();
            SipLoad.Run run = load.start("steady", new Plan(calls * minutes, calls, Math.max(1, calls / 10), TALK));
            Thread.sleep(SETTLE.multipliedBy(2));
            Duration window = TALK.multipliedBy(minutes).minus(SETTLE.multipliedBy(3));
            long asteriskBefore = ProcessFigures.cpuMillis(asterisk.pid());
            long controllerBefore = ProcessFigures.cpuMillis(controller.pid());
            Thread.sleep(window);
            long asteriskSpent = ProcessFigures.cpuMillis(asterisk.pid()) - asteriskBefore;
            long controllerSpent = ProcessFigures.cpuMillis(controller.pid()) - controllerBefore;
            Outcome outcome = run.await(SLACK);
            AsteriskProcess.Load after = settled(before);
            Map<String, Double> spent = Counts.since(counted, Counts.of(controller.metrics()));

            double through = outcome.successful();
            double setUps = Counts.sum(spent, "aicc_pbx_tap_seconds_count");
            double heard = (workers.packets() - packets) / (2.0 * through * TALK.dividedBy(PACKET));
            report.row(calls + " tapped calls at once, " + minutes + " min")
                    .with("calls", outcome.successful())
                    .with("failed_calls", outcome.failed())
                    .with("set_up_p99_ms", outcome.percentile(99))
                    .with("asterisk_cpu_percent_of_a_core_per_call", percent(asteriskSpent, calls, window))
                    .with("controller_cpu_percent_of_a_core_per_call", percent(controllerSpent, calls, window))
                    .with("controller_rss_mb", ProcessFigures.rssKib(controller.pid()) / 1024)
                    .with("mean_tap_set_up_ms", 1000 * Counts.sum(spent, "aicc_pbx_tap_seconds_sum") / setUps)
                    .with("ari_requests_per_call", Counts.sum(spent, "aicc_ari_request_seconds_count") / through)
                    .with("audio_heard_percent", 100 * heard)
                    .with("before", before)
                    .with("after", after)
                    .with("live_sessions_after", workers.live());
            report.goal(
                    "every call goes through",
                    outcome.failed() == 0 && outcome.successful() == (long) calls * minutes,
                    "%d of %d, %d failed",
                    outcome.successful(),
                    calls * minutes,
                    outcome.failed());
            report.goal(
                    "both speakers of every call are heard",
                    heard >= LEAST_HEARD,
                    "%.1f %% of what they said, goal %.0f %%",
                    100 * heard,
                    100 * LEAST_HEARD);
            report.goal(
                    "nothing leaks",
                    after.equals(before) && workers.live() == 0,
                    "%s before, %s after, %d live sessions",
                    before,
                    after,
                    workers.live());
        }

        /** More and more calls a second, until setting one up takes too long, or something else says stop. */
        void rising(Report report, int maxRate) throws Exception {
            int best = 0;
            String limit = "--max-rate";
            for (int rate = 2; rate <= maxRate; rate = Math.max(rate + 2, rate * 5 / 4)) {
                SipLoad.Run run = load.start(
                        "rate-" + rate, new Plan(rate * STEP_SECONDS, 10 * rate * STEP_SECONDS, rate, SHORT_TALK));
                long spentBefore = ProcessFigures.cpuMillis(asterisk.pid());
                long begin = System.nanoTime();
                Outcome outcome = run.await(SLACK);
                long lasted = Duration.ofNanos(System.nanoTime() - begin).toMillis();
                report.row(rate + " calls a second")
                        .with("failed_calls", outcome.failed())
                        .with("placed_per_second", outcome.perSecond())
                        .with("set_up_p50_ms", outcome.percentile(50))
                        .with("set_up_p99_ms", outcome.percentile(99))
                        .with(
                                "asterisk_cpu_percent_of_a_core",
                                100.0 * (ProcessFigures.cpuMillis(asterisk.pid()) - spentBefore) / lasted);
                String stop = stop(outcome, rate);
                if (!stop.isEmpty()) {
                    limit = stop;
                    break;
                }
                best = rate;
            }
            report.row("calls a second until set-up p99 passes " + MOST_SET_UP_MS + " ms")
                    .with("calls_per_second", best)
                    .with("stopped_by", limit);
        }

        /** What there is to stop for; a generator that falls behind says nothing about the PBX. */
        private static String stop(Outcome outcome, int rate) {
            if (outcome.failed() > 0) {
                return outcome.failed() + " failed calls";
            }
            if (outcome.percentile(99) > MOST_SET_UP_MS) {
                return "set-up p99";
            }
            return outcome.perSecond() < LEAST_PLACED * rate ? "SIPp places fewer calls than it should" : "";
        }

        /** What comes late has a while to come. */
        private AsteriskProcess.Load settled(AsteriskProcess.Load before) throws IOException, InterruptedException {
            long deadline = System.nanoTime() + SETTLE.toNanos();
            while (!asterisk.load().equals(before) && System.nanoTime() < deadline) {
                Thread.sleep(100);
            }
            return asterisk.load();
        }
    }

    /** A customer of the demo's first conversation. */
    private static byte[] speech() throws Exception {
        Conversation conversation = ConversationLibrary.open().conversations().getFirst();
        return MuLaw.encode(conversation.track(Channel.CUSTOMER));
    }
}
