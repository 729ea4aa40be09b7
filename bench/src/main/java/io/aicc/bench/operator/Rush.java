package io.aicc.bench.operator;

import io.aicc.bench.Report;
import io.aicc.bench.operator.CallDriver.Timing;
import io.aicc.crd.CallSession;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;
import java.util.List;

/** How many calls a second an operator sets up: a burst of them, and all that callers can who never pause. */
final class Rush {
    private static final int CALLERS = 16;
    private static final Duration TIME = Duration.ofSeconds(10);
    private static final Duration HOLD = Duration.ofSeconds(1);
    private static final double GOAL_SHARE = 0.8;

    private final Report report;
    private final String operator;
    private final CallDriver driver;

    /** @param operator who is rushed, as rows name it */
    Rush(Report report, String operator, CallDriver driver) {
        this.report = report;
        this.operator = operator;
        this.driver = driver;
    }

    /**
     * A burst.
     *
     * @param setUp calls a second, until the last one was served
     */
    record Burst(int perSecond, int calls, long failed, double setUp) {
        void goals(Report report) {
            report.goal("a burst without a failure", failed == 0, "%d of %d calls not served", failed, calls);
            report.goal("calls set up in a burst", setUp >= perSecond, "%.0f a second, goal %d", setUp, perSecond);
        }
    }

    /** So many calls a second at once. */
    Burst burst(int perSecond, int seconds) throws InterruptedException {
        List<Timing> timings = driver.place("burst", perSecond, perSecond * seconds, HOLD);
        long failed = timings.stream().filter(timing -> !timing.served()).count();
        double setUp = (timings.size() - failed) / lastReadyAfterSeconds(timings, perSecond);
        OperatorBench.describe(
                        report.row(operator + ", a burst of " + perSecond + " calls/s for " + seconds + " s"), timings)
                .with("set_up_per_second", setUp);
        return new Burst(perSecond, timings.size(), failed, setUp);
    }

    /** As many callers as that, each with one call after the other; returns how many calls a second were served. */
    double crowd() throws InterruptedException {
        long begun = System.nanoTime();
        List<Timing> timings = driver.crowd("crowd", CALLERS, TIME);
        double seconds = (System.nanoTime() - begun) / 1e9;
        double served = timings.stream().filter(Timing::served).count() / seconds;
        OperatorBench.describe(
                        report.row(operator + ", " + CALLERS + " callers, each with one call after the other"), timings)
                .with("calls_per_second", served);
        return served;
    }

    /**
     * The same of a client that only writes what ours writes for a call.
     *
     * @param served calls a second by our operator
     * @param namespace where nobody watches
     */
    static void besideBare(Report report, double served, KubernetesClient client, String namespace)
            throws InterruptedException {
        double bare = bare(client, namespace).callsPerSecond(CALLERS, TIME);
        report.row("bare client, the writes of " + CALLERS + " calls at a time")
                .with("calls_per_second", bare)
                .with("share_of_operator", served / bare);
        report.goal(
                "calls set up, of the rate at which the API takes their writes",
                served >= GOAL_SHARE * bare,
                "%.0f of %.0f a second, goal %.0f %%",
                served,
                bare,
                100 * GOAL_SHARE);
    }

    /** From the first call on; each came in its turn. */
    private static double lastReadyAfterSeconds(List<Timing> timings, int perSecond) {
        double last = 0;
        for (int i = 0; i < timings.size(); i++) {
            last = Math.max(last, i / (double) perSecond + timings.get(i).readyMicros() / 1e6);
        }
        return last;
    }

    private static BareWrites bare(KubernetesClient client, String namespace) {
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
