package io.aicc.bench.operator;

import io.aicc.bench.Report;
import io.aicc.bench.operator.CallDriver.Timing;
import io.aicc.crd.CallSession;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;
import java.util.List;

/** How many calls a second can be set up, beside what the API server takes of their writes; and a burst of calls. */
final class Rush {
    private static final int CALLERS = 16;
    private static final Duration TIME = Duration.ofSeconds(10);
    private static final Duration HOLD = Duration.ofSeconds(1);
    private static final double GOAL_SHARE = 0.8;

    private final Report report;
    private final KubernetesClient client;
    private final CallDriver driver;

    Rush(Report report, KubernetesClient client, CallDriver driver) {
        this.report = report;
        this.client = client;
        this.driver = driver;
    }

    /** @param bareNamespace where nobody watches */
    void sustained(String bareNamespace) throws InterruptedException {
        long begun = System.nanoTime();
        List<Timing> timings = driver.crowd("crowd", CALLERS, TIME);
        double operator = timings.size() * 1e9 / (System.nanoTime() - begun);
        double bare = bare(bareNamespace).callsPerSecond(CALLERS, TIME);
        report.row("bare client, the writes of " + CALLERS + " calls at a time").with("calls_per_second", bare);
        OperatorBench.describe(
                        report.row("operator, " + CALLERS + " callers, each with one call after the other"), timings)
                .with("calls_per_second", operator)
                .with("share_of_bare", operator / bare);
        report.goal(
                "calls set up, of the rate at which the API takes their writes",
                operator >= GOAL_SHARE * bare,
                "%.0f of %.0f a second, goal %.0f %%",
                operator,
                bare,
                100 * GOAL_SHARE);
    }

    /** So many calls a second at once. */
    void burst(int perSecond, int seconds) throws InterruptedException {
        List<Timing> timings = driver.place("burst", perSecond, perSecond * seconds, HOLD);
        double setUp = timings.size() / lastReadyAfterSeconds(timings, perSecond);
        OperatorBench.describe(
                        report.row("operator, a burst of " + perSecond + " calls/s for " + seconds + " s"), timings)
                .with("set_up_per_second", setUp);
        long failed = timings.stream().filter(timing -> !timing.served()).count();
        report.goal("a burst without a failure", failed == 0, "%d of %d calls not served", failed, timings.size());
        report.goal("calls set up in a burst", setUp >= perSecond, "%.0f a second, goal %d", setUp, perSecond);
    }

    /** From the first call on; each came in its turn. */
    private static double lastReadyAfterSeconds(List<Timing> timings, int perSecond) {
        double last = 0;
        for (int i = 0; i < timings.size(); i++) {
            last = Math.max(last, i / (double) perSecond + timings.get(i).readyMicros() / 1e6);
        }
        return last;
    }

    private BareWrites bare(String namespace) {
        CallSession ended = client.resources(CallSession.class)
                .inNamespace(PlayedCluster.NAMESPACE)
                .withField("status.phase", "Ended")
                .list()
                .getItems()
                .getFirst();
        Pod ready = client.pods()
                .inNamespace(PlayedCluster.NAMESPACE)
                .list()
                .getItems()
                .getFirst();
        return new BareWrites(client, namespace, ended, ready);
    }
}
