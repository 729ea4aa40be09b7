package io.aicc.operator.pool;

import io.aicc.crd.WorkerPool;
import io.aicc.operator.control.WorkerChannel;
import io.aicc.operator.port.PortLeases;
import io.aicc.operator.port.PortPair;
import io.aicc.wire.control.WorkerReport;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The workers of one WorkerPool: a queue of ready ones, the line of sessions that wait for one, and the leases of their
 * ports. All of it is memory: claiming takes constant time and happens before any write. Thread-safe; no method blocks.
 *
 * @implNote Rebuilt after a restart from pods, reports and sessions.
 */
final class WarmPool {
    /** An idle worker whose process ended so often gets no further try: perhaps its ports are taken by somebody else. */
    static final int GIVE_UP_RESTARTS = 3;

    /** A worker serves one, and may have been told of another by a leader before us. */
    static final int MOST_SESSIONS = 4;

    private final InstantSource clock;
    private final PortLeases leases;
    private final Roster roster = new Roster();
    private final Staffing staffing;
    private final Ledger ledger = new Ledger();
    private final RetryPolicy retryPolicy = new RetryPolicy();
    private final Map<String, String> expected = new HashMap<>();
    private boolean allFound;
    private boolean settled;

    WarmPool(String name, InstantSource clock, Supplier<String> podNames, PortLeases leases) {
        this.clock = clock;
        this.leases = leases;
        this.staffing = new Staffing(name, clock, podNames, leases, roster);
    }

    /** How many pairs of calls became free again, see {@link PortLeases#freed}. */
    long freedPorts() {
        return leases.freed();
    }

    /**
     * The WorkerPool as it is now.
     *
     * @param podRevision of the pods that would be made from it; idle workers of another one are replaced step by step
     */
    synchronized void resource(WorkerPool pool, String podRevision) {
        staffing.resource(pool, podRevision);
    }

    synchronized Optional<WorkerPool> resource() {
        return staffing.resource();
    }

    /** The WorkerPool is gone: what is idle goes, what serves a call finishes it. */
    synchronized void abandon() {
        staffing.abandon();
        roster.workers().stream().filter(worker -> worker.session() == null).forEach(roster::retire);
    }

    /** Before pods are looked at: this pod serves this session, whatever it says in the first moment. */
    synchronized void expect(String session, String podUid) {
        expected.put(podUid, session);
    }

    /** Each pod that was there has been found: who was expected and has not come is no more. */
    synchronized void allFound() {
        allFound = true;
        if (!roster.isEmpty() || leases.nextFree().isPresent()) { // Otherwise nobody was there whose pair could rest.
            staffing.begin();
        }
    }

    /** Before pods are looked at: this pod's pair was freed then, unless it turns out that the pod is still there. */
    synchronized void rest(String pod, PortPair pair, Instant freedAt) {
        leases.quarantine(pod, pair, freedAt.plus(staffing.quarantine()));
    }

    /** A pod that exists; idempotent. */
    synchronized Worker found(WorkerPod pod) {
        staffing.seen(pod.name());
        Optional<Worker> known = roster.inPod(pod.name());
        Worker worker = known.orElseGet(() -> arrived(pod));
        worker.reason(pod.reason());
        worker.seenMarked(pod.live());
        boolean alone = known.isPresent()
                ? leases.place(pod.name(), pod.node())
                : pod.failed() || leases.adopt(pod.name(), pod.ports(), pod.node());
        if (!alone && worker.session() == null) {
            roster.retire(worker); // Two pods with one pair, or the pair rests there: the later one gets no call.
        }
        return worker;
    }

    /** Opens the way to a worker, before any report of it is taken in. */
    synchronized void connect(Worker worker, String host, Supplier<WorkerChannel> channel) {
        if (worker.channel() == null) {
            worker.host(host);
            worker.channel(channel.get());
        }
    }

    synchronized Optional<Worker> worker(String pod) {
        return roster.inPod(pod);
    }

    /** The pod can or cannot take a call, as Kubernetes sees it. */
    synchronized @Nullable String podState(Worker worker, boolean podReady, boolean leavingNow) {
        boolean wasLeaving = worker.leaving();
        worker.podReady(podReady);
        if (leavingNow) {
            worker.leave();
            worker.deletionOrdered(true);
        }
        return requeue(worker, !wasLeaving && leavingNow);
    }

    /** The pod failed: it goes. */
    synchronized @Nullable String failed(Worker worker, String reason) {
        if (!worker.leaving()) {
            String what = "pod " + worker.pod() + " failed: " + reason;
            if (worker.proven()) {
                staffing.loss(what);
            } else {
                staffing.fault(what);
            }
        }
        return gone(worker.pod(), false);
    }

    /** The pod's process ends again and again while nobody needs it: another pod, with other ports, may do better. */
    synchronized @Nullable String givenUp(Worker worker, int restarts, String reason) {
        if (!worker.leaving()) {
            staffing.fault("pod %s was started %d times and does not stay up: %s"
                    .formatted(worker.pod(), restarts + 1, reason));
        }
        return gone(worker.pod(), false);
    }

    /** The pod is no more. */
    synchronized @Nullable String gone(String pod, boolean objectGone) {
        Worker worker = roster.inPod(pod).orElse(null);
        leases.release(pod, staffing.quarantine(), worker != null && worker.wasClaimed());
        if (worker == null) {
            staffing.seen(pod);
            return null;
        }
        roster.retire(worker);
        String session = unbind(worker);
        if (objectGone) {
            roster.remove(worker);
            if (!worker.deletionOrdered()) {
                staffing.stray(pod);
            }
        }
        return session;
    }

    /**
     * The watch shows the pod no more. If its worker speaks and nothing told it to go, somebody took its labels off: it is deleted
     * all the same, and heard to its end, for it delivers its words.
     */
    synchronized @Nullable String unseen(String pod) {
        Worker worker = roster.inPod(pod)
                .filter(found -> !found.leaving() && found.spokeSince(Instant.MIN))
                .orElse(null);
        if (worker == null) {
            return gone(pod, true);
        }
        roster.linger(worker);
        return unbind(worker);
    }

    /** Those of them that have fallen silent are gone, and returned; to be run once a second. */
    synchronized List<Worker> bury() {
        List<Worker> dead = roster.faded();
        dead.forEach(worker -> gone(worker.pod(), true));
        return dead;
    }

    /**
     * A worker spoke.
     *
     * @return the session that should hear of it: null when nothing changed for anyone
     */
    synchronized @Nullable String reported(Worker worker, WorkerReport report) {
        if (roster.inPod(worker.pod()).orElse(null) != worker) {
            return null;
        }
        WorkerReport before = worker.report();
        if (report.state() == WorkerReport.State.IDLE) {
            // Perhaps restarted in place: then it counts from zero again.
            ofItsSession(worker)
                    .ifPresent(last -> ledger.restarted(String.valueOf(worker.session()), worker.uid(), last));
        }
        worker.heard(report, clock.instant());
        String serves = report.sessionUid();
        if (serves != null && !serves.equals(worker.session()) && !worker.leaving() && !isExpected(serves)) {
            unbind(worker);
            if (worker.sessions() >= MOST_SESSIONS) {
                staffing.fault("pod %s tells of another session each time".formatted(worker.pod()));
                roster.retire(worker);
            } else {
                roster.bind(worker, serves);
            }
        }
        if (serves != null && isOf(worker, serves)) { // Otherwise nobody asks, or ever forgets it, or it is another's.
            ledger.heard(serves, worker.uid(), report, clock.instant());
        } else if (serves != null) {
            ledger.heardOnceMore(serves, worker.uid(), report);
        }
        if (worker.finishing()) {
            leases.release(worker.pod(), staffing.quarantine(), worker.wasClaimed());
            if (worker.session() == null && report.state() == WorkerReport.State.DONE) {
                worker.leave();
            }
        }
        boolean changed = before == null || before.state() != report.state();
        return requeue(worker, changed);
    }

    /** Sessions whose worker fell silent, or speaks again, since this was asked last. */
    synchronized List<String> voicesChanged() {
        Instant now = clock.instant();
        return roster.workers().stream()
                .filter(worker -> worker.session() != null && worker.voiceChanged(now))
                .map(worker -> String.valueOf(worker.session()))
                .toList();
    }

    /** Gives a session a worker, the same one each time, or a place in the line. */
    synchronized Claim claim(String session) {
        return roster.serving(session)
                .or(() -> roster.take(session))
                .<Claim>map(Claim.Granted::new)
                .orElseGet(staffing::shortage);
    }

    /** The worker that was claimed for a session or says that it serves it. */
    synchronized Optional<Worker> serving(String session) {
        return roster.serving(session);
    }

    /** The session asks no more. */
    synchronized void forget(String session) {
        roster.leaveLine(session);
        ledger.forget(session);
    }

    /** What the session's workers counted, those that were lost included; empty when none was heard. */
    synchronized Optional<Account> account(String session) {
        Optional<Worker> now = roster.serving(session).filter(worker -> worker.serves(session));
        return ledger.account(session, now.map(Worker::report).orElse(null));
    }

    /** Whether one that the session has no more is heard, and not done with its words. */
    synchronized boolean delivering(String session) {
        return roster.workers().stream()
                .filter(worker -> ledger.isLost(session, worker.uid()))
                .anyMatch(worker -> worker.serves(session)
                        && !worker.is(WorkerReport.State.DONE)
                        && worker.spokeSince(Instant.MIN));
    }

    /** What workers said of their sessions. */
    Ledger ledger() {
        return ledger;
    }

    /** A worker would not have the session that it was claimed for: that has to claim another one. */
    synchronized void refused(Worker worker) {
        String session = unbind(worker);
        if (session != null) {
            roster.refused(session, worker);
        }
    }

    /** A worker has this session now, whoever refused it before. */
    synchronized void taken(String session, Worker worker) {
        roster.taken(session, worker);
    }

    /** A worker is of no more use, to its session or anybody. */
    synchronized void dismiss(Worker worker) {
        roster.retire(worker);
        unbind(worker);
    }

    /** A worker answered when it was told of its call. */
    synchronized void answered(Worker worker) {
        worker.answered();
        retryPolicy.answered();
    }

    /** A worker was told of its call then and did not answer: whether it is told again. */
    synchronized boolean askAgain(Worker worker, Instant told) {
        return retryPolicy.retries(worker, worker.unanswered(told), clock.instant());
    }

    /** Whether every pod that was there at the start has said what it does. */
    synchronized boolean settled() {
        settled = settled || roster.workers().stream().allMatch(worker -> worker.report() != null || worker.leaving());
        return settled;
    }

    /** What has to be written now, each thing once: its pods count as starting, or as deleted, from here on. */
    synchronized Staffing.Plan plan() {
        return staffing.plan(settled());
    }

    /** The pod could not be marked as one that has a call: it has to be tried again. */
    synchronized void unmarked(String pod) {
        worker(pod).ifPresent(worker -> worker.marked(false));
    }

    /** The API server refused the pod: it does not exist, its ports were never open. */
    synchronized void refused(String pod, String reason) {
        staffing.absent(pod);
        staffing.fault("the API server refused pod " + pod + ": " + reason);
    }

    /** A pod that we meant to make does not exist. */
    synchronized void absent(String pod) {
        staffing.absent(pod);
    }

    synchronized Staffing.Counts counts() {
        return staffing.counts();
    }

    /** When there will be something to do though nothing happens, after {@link #plan}. */
    synchronized Optional<Instant> nextChance() {
        return staffing.nextChance();
    }

    /** What went wrong with the last pod, while none has become ready since. */
    synchronized Optional<String> trouble() {
        return staffing.trouble();
    }

    synchronized Claim.Waiting shortage() {
        return staffing.shortage();
    }

    private Worker arrived(WorkerPod pod) {
        Worker worker = new Worker(pod.name(), pod.uid(), pod.ports(), pod.revision(), clock.instant());
        roster.add(worker);
        String session = expected.remove(pod.uid());
        if (session != null) {
            roster.bind(worker, session);
            worker.markRecorded();
        }
        return worker;
    }

    /** Puts a worker where it belongs now; returns the session to tell, if any. */
    private @Nullable String requeue(Worker worker, boolean changed) {
        if (worker.ready() && !worker.queued()) {
            staffing.success(worker);
        }
        String served = roster.place(worker);
        return served == null && changed ? worker.session() : served;
    }

    /** What a worker said last of the session that it has; empty when it has none, or has not spoken of it. */
    private Optional<WorkerReport> ofItsSession(Worker worker) {
        String session = worker.session();
        return session != null && isOf(worker, session) && worker.serves(session)
                ? Optional.ofNullable(worker.report())
                : Optional.empty();
    }

    /** Whether a session has this worker: one may name any session as its own. */
    private boolean isOf(Worker worker, String session) {
        return roster.serving(session).filter(worker::equals).isPresent();
    }

    /** Whether the record gives a session to a pod that we have yet to look at: it is not for another to say that it has it. */
    private boolean isExpected(String session) {
        return !allFound && expected.containsValue(session);
    }

    private @Nullable String unbind(Worker worker) {
        Optional<WorkerReport> last = ofItsSession(worker);
        String session = roster.unbind(worker);
        if (session != null) {
            ledger.lost(session, worker.uid(), last.orElse(null));
        }
        return session;
    }
}
