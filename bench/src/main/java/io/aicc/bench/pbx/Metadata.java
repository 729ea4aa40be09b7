package io.aicc.bench.pbx;

import io.aicc.bench.Report;
import io.aicc.crd.CallSession;
import io.aicc.crd.WorkerPool;
import io.aicc.demo.ControllerProcess;
import io.aicc.demo.OperatorProcess;
import io.aicc.demo.api.EmbeddedKubernetes;
import io.aicc.demo.pbx.AsteriskProcess;
import io.aicc.demo.pbx.SipLoad;
import io.aicc.demo.pbx.SipLoad.Outcome;
import io.aicc.demo.pbx.SipLoad.Plan;
import io.aicc.demo.played.PlayedWorkers;
import io.aicc.operator.control.ControlKey;
import io.aicc.wire.MicroTime;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToLongFunction;

/**
 * How soon a worker knows whose call it has: from the moment when Asterisk tells that a phone rings until the worker, over the
 * real control channel, took the call's particulars. Asterisk, controller and operator are the real programs, workers are played.
 */
final class Metadata {
    private static final String NAMESPACE = "metadata";
    private static final int PER_SECOND = 4;
    private static final int WARM_UP = 40;
    private static final int CALLS = 120;
    private static final int WARM = 24;
    private static final Duration TALK = Duration.ofSeconds(1);
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final long GOAL_MS = 100;

    private final AsteriskProcess asterisk;
    private final EmbeddedKubernetes api;
    private final KubernetesClient client;
    private final Path directory;
    private final Map<String, Instant> assigned = new ConcurrentHashMap<>();

    /** One call: when its phone rang, when its session was asked for, when its worker had it. */
    private record Way(Instant ringing, Instant requested, Instant assigned) {
        long controllerMs() {
            return Duration.between(ringing, requested).toMillis();
        }

        long operatorMs() {
            return Duration.between(requested, assigned).toMillis();
        }

        long totalMs() {
            return Duration.between(ringing, assigned).toMillis();
        }
    }

    Metadata(AsteriskProcess asterisk, EmbeddedKubernetes api, KubernetesClient client, Path directory) {
        this.asterisk = asterisk;
        this.api = api;
        this.client = client;
        this.directory = directory;
    }

    void measure(Report report, SipLoad load) throws Exception {
        api.createNamespace(NAMESPACE);
        Path key = Files.writeString(
                directory.resolve("control.pem"), ControlKey.generate().toPem());
        try (Announcements announcements = new Announcements(asterisk);
                PlayedWorkers workers = new PlayedWorkers(
                        client, NAMESPACE, call -> assigned.putIfAbsent(call.callId(), Instant.now()));
                OperatorProcess operator =
                        new OperatorProcess(api.kubeconfig(), NAMESPACE, key, directory.resolve("operator.log"));
                ControllerProcess controller = new ControllerProcess(
                        api.kubeconfig(),
                        NAMESPACE,
                        asterisk,
                        Map.of(),
                        directory.resolve("metadata-controller.log"))) {
            awaitWarm(operator);
            var unused = place(load, "metadata-warm-up", WARM_UP);
            Instant begin = Instant.now();
            Outcome outcome = place(load, "metadata", CALLS);
            describe(report, outcome, ways(announcements, begin));
        }
    }

    private static Outcome place(SipLoad load, String name, int calls) throws Exception {
        return load.start(name, new Plan(calls, calls, PER_SECOND, TALK)).await(LIMIT);
    }

    private List<Way> ways(Announcements announcements, Instant since) {
        List<Way> ways = new ArrayList<>();
        for (CallSession session : client.resources(CallSession.class)
                .inNamespace(NAMESPACE)
                .list()
                .getItems()) {
            Instant requested = MicroTime.parse(session.getSpec().requestedAt());
            Instant rang = announcements.ringing(session.getSpec().callId());
            Instant told = assigned.get(session.getSpec().callId());
            if (requested.isAfter(since) && rang != null && told != null) {
                ways.add(new Way(rang, requested, told));
            }
        }
        return ways;
    }

    private static void describe(Report report, Outcome outcome, List<Way> ways) {
        report.row("metadata at the worker, " + PER_SECOND + " calls a second")
                .with("calls", outcome.successful())
                .with("failed_calls", outcome.failed())
                .with("told", ways.size())
                .with("ringing_to_worker_ms", spread(ways, Way::totalMs))
                .with("ringing_to_asked_for_ms", spread(ways, Way::controllerMs))
                .with("asked_for_to_worker_ms", spread(ways, Way::operatorMs));
        long p99 = percentile(ways, Way::totalMs, 99);
        report.goal(
                "the worker knows its call 100 ms after the phone rings, p99",
                ways.size() == CALLS && p99 <= GOAL_MS,
                "%d of %d calls told, p99 %d ms, goal %d ms",
                ways.size(),
                CALLS,
                p99,
                GOAL_MS);
    }

    private static Map<String, Long> spread(List<Way> ways, ToLongFunction<Way> figure) {
        return Map.of(
                "p50",
                percentile(ways, figure, 50),
                "p99",
                percentile(ways, figure, 99),
                "max",
                percentile(ways, figure, 100));
    }

    /** −1 when there is none. */
    private static long percentile(List<Way> ways, ToLongFunction<Way> figure, int percent) {
        long[] sorted = ways.stream().mapToLong(figure).sorted().toArray();
        return sorted.length == 0 ? -1 : sorted[Math.min(sorted.length - 1, sorted.length * percent / 100)];
    }

    private void awaitWarm(OperatorProcess operator) throws Exception {
        client.resource(Serialization.unmarshal("""
                        apiVersion: aicc.io/v1alpha1
                        kind: WorkerPool
                        metadata: {name: default, namespace: %1$s}
                        spec:
                          warm: {min: %2$d, max: %2$d, percent: 0}
                          maxWorkers: 1000
                          ports: {from: 20000, to: 29999, quarantineSeconds: 2}
                          worker: {image: played}
                          outputs:
                            - {name: none, url: "ws://receiver:8099/transcripts", clientId: bench, secretRef: receiver}
                        """.formatted(NAMESPACE, WARM), WorkerPool.class))
                .create();
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (!operator.ready() || warm() < WARM) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("no " + WARM + " warm workers after " + LIMIT.toSeconds() + " s");
            }
            Thread.sleep(100);
        }
    }

    private int warm() {
        var pool = client.resources(WorkerPool.class)
                .inNamespace(NAMESPACE)
                .withName("default")
                .get();
        Integer warm = pool == null || pool.getStatus() == null
                ? null
                : pool.getStatus().warm();
        return warm == null ? 0 : warm;
    }
}
