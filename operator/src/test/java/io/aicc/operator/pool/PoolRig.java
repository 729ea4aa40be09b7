package io.aicc.operator.pool;

import io.aicc.crd.WorkerPool;
import io.aicc.operator.control.Answer;
import io.aicc.operator.control.WorkerChannel;
import io.aicc.operator.port.PortLeases;
import io.aicc.operator.port.PortPair;
import io.aicc.wire.control.Acknowledgement;
import io.aicc.wire.control.CallAssignment;
import io.aicc.wire.control.EndOrder;
import io.aicc.wire.control.WorkerReport;
import io.aicc.wire.control.WorkerReport.State;
import io.aicc.wire.control.WorkerReport.StreamCounters;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** A pool that is told what a cluster would tell it. */
abstract class PoolRig {
    Instant now = Instant.parse("2026-01-01T00:00:00Z");
    String revision = "image-1";
    private int names;

    /** On how many nodes a pair may be leased; on more than one the ports are the nodes'. */
    int nodes = 1;

    /** Idle workers as a share of the busy ones. */
    int percent;

    /** Whether the reports of all workers arrive. */
    boolean heard = true;

    WarmPool pool = restarted();

    WarmPool restarted() {
        return new WarmPool(
                "default", () -> now, () -> "pod" + names++, new PortLeases(() -> now, new SplittableRandom(1)));
    }

    void resource(int min, int max, int maxWorkers, String from, String to) {
        pool.resource(
                Serialization.unmarshal(
                        """
                        apiVersion: aicc.io/v1alpha1
                        kind: WorkerPool
                        metadata: {name: default}
                        spec:
                          warm: {min: %d, max: %d, percent: %d}
                          maxWorkers: %d
                          worker: {image: worker, scheduling: {markLiveCalls: true}}
                          ports: {from: %s, to: %s, nodes: %d, quarantineSeconds: 2}
                          networkMode: %s
                        """.formatted(
                                min, max, percent, maxWorkers, from, to, nodes, nodes == 1 ? "PodIP" : "HostPort"),
                        WorkerPool.class),
                revision);
    }

    List<Worker> startAll() {
        return pool.plan().make().stream().map(this::start).toList();
    }

    Worker start(Staffing.Making making) {
        return start(making, null);
    }

    /** @param node where the scheduler puts it, null when nobody says */
    Worker start(Staffing.Making making, @Nullable String node) {
        Worker worker = found(making, node, "Running");
        connect(worker);
        pool.podState(worker, true, false);
        pool.reported(worker, report(State.IDLE, null));
        return worker;
    }

    Worker found(Staffing.Making making) {
        return found(making, null, "Pending");
    }

    /** A pod is seen as Kubernetes tells of it. */
    Worker found(Staffing.Making making, @Nullable String node, String reason) {
        return pool.found(pod(making, node, reason, false));
    }

    /** @param live whether it is marked as one that has a call */
    WorkerPod pod(Staffing.Making making, @Nullable String node, String reason, boolean live) {
        return new WorkerPod(
                "default",
                making.pod(),
                "uid-" + making.pod(),
                making.ports(),
                8081,
                revision,
                live,
                node,
                "",
                "",
                false,
                false,
                false,
                0,
                reason);
    }

    /** A pod of which we know nothing. */
    Worker stranger(String pod, int customerPort) {
        return found(new Staffing.Making(pod, new PortPair(customerPort), List.of()));
    }

    void connect(Worker worker) {
        pool.connect(worker, "10.0.0.1", Connected::new);
    }

    static WorkerReport report(State state, @Nullable String session) {
        return WorkerReport.blank(state, session);
    }

    /** A channel whose reports arrive; nothing is ordered in these tests. */
    private final class Connected implements WorkerChannel {
        @Override
        public Answer<Acknowledgement> assign(CallAssignment call) {
            return new Answer.Unreachable<>("not in this test");
        }

        @Override
        public Answer<String> end(EndOrder order) {
            return new Answer.Unreachable<>("not in this test");
        }

        @Override
        public int streams() {
            return 1;
        }

        @Override
        public boolean heard() {
            return heard;
        }

        @Override
        public void close() {}
    }

    static WorkerReport heard(long packets, long undelivered, State state) {
        return heard(packets, undelivered, 0, state);
    }

    static WorkerReport heard(long packets, long undelivered, long unsaved, State state) {
        StreamCounters customer = new StreamCounters(packets, 1, 0, Map.of("source", 2L));
        return new WorkerReport(
                state, "s-1", null, customer, StreamCounters.ZERO, 3, undelivered, unsaved, null, null, null);
    }
}
