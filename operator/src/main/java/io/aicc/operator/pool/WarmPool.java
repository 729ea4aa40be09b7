package io.aicc.operator.pool;

import io.aicc.crd.WorkerPool;
import io.aicc.operator.control.WorkerChannel;
import io.aicc.operator.pool.Claim.Shortage;
import io.aicc.operator.port.PortLeases;
import io.aicc.operator.port.PortPair;
import io.aicc.operator.port.PortRange;
import io.aicc.wire.control.WorkerReport;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The workers of one WorkerPool: a queue of ready ones, the line of sessions that wait for one, and the leases of their
 * ports. All of it is memory: claiming takes constant time and happens before any write. Thread-safe; no method blocks.
 *
 * @implNote A worker that gets ready while sessions wait is bound to the first of them at once, so the queue and the line
 *     are never both non-empty and nobody overtakes. Rebuilt after a restart from pods, reports and sessions.
 */
final class WarmPool {
    /** A pod that is not ready by then never will be. */
    static final Duration START_LIMIT = Duration.ofSeconds(120);

    /** An idle worker whose process ended so often gets no further try: perhaps its ports are taken by somebody else. */
    static final int GIVE_UP_RESTARTS = 3;

    /** A worker serves one, and may have been told of another by a leader before us. */
    static final int MOST_SESSIONS = 4;

    /** A pod that we made and that no watch has shown by then may not exist. */
    static final Duration UNSEEN_LIMIT = Duration.ofSeconds(10);

    private final String name;
    private final InstantSource clock;
    private final Supplier<String> podNames;
    private final PortLeases leases;
    private final Map<String, Worker> workers = new HashMap<>();
    private final Map<String, Worker> bySession = new HashMap<>();
    private final Map<String, String> expected = new HashMap<>();
    private final Map<String, Instant> unseen = new HashMap<>();
    private final Deque<Worker> ready = new ArrayDeque<>();
    private final Set<String> waiting = new LinkedHashSet<>();
    private @Nullable WorkerPool resource;
    private String revision = "";
    private PoolSize size = new PoolSize(0, 0, 0, 0, PortRange.ALL, Duration.ZERO);
    private final Ledger ledger = new Ledger();
    private int failures;
    private @Nullable String trouble;
    private Instant makeAgainAt = Instant.MIN;
    private boolean settled;

    WarmPool(String name, InstantSource clock, Supplier<String> podNames, PortLeases leases) {
        this.name = name;
        this.clock = clock;
        this.podNames = podNames;
        this.leases = leases;
    }

    /** A pod to be made. */
    record Making(String pod, PortPair ports) {}

    /**
     * What has to be written to get from what is to what should be.
     *
     * @param make pods that are missing; their ports are leased already
     * @param delete names of pods that are of no more use
     * @param verify names of pods that were made and never seen
     * @param mark names of pods that have to say that they have a call
     */
    record Plan(List<Making> make, List<String> delete, List<String> verify, List<String> mark) {}

    /** How many pairs of calls became free again, see {@link PortLeases#freed}. */
    long freedPorts() {
        return leases.freed();
    }

    /** Workers by state; ports by state. */
    record Counts(int warm, int starting, int busy, int waiting, int target, PortLeases.Counts ports) {}

    /**
     * The WorkerPool as it is now.
     *
     * @param podRevision of the pods that would be made from it; idle workers of another one are replaced step by step
     */
    synchronized void resource(WorkerPool pool, String podRevision) {
        resource = pool;
        revision = podRevision;
        size = PoolSize.of(pool.getSpec());
    }

    synchronized Optional<WorkerPool> resource() {
        return Optional.ofNullable(resource);
    }

    /** Of the pods that are made now. */
    synchronized String revision() {
        return revision;
    }

    /** The WorkerPool is gone: what is idle goes, what serves a call finishes it. */
    synchronized void abandon() {
        resource = null;
        size = new PoolSize(0, 0, 0, 0, size.range(), size.quarantine());
        workers.values().stream().filter(worker -> worker.session() == null).forEach(this::retire);
    }

    /** Before pods are looked at: this pod serves this session, whatever it says in the first moment. */
    synchronized void expect(String session, String podUid) {
        expected.put(podUid, session);
    }

    /** Before pods are looked at: this pair was freed a moment ago. */
    synchronized void rest(PortPair pair, Instant freedAt) {
        leases.quarantine(pair, freedAt.plus(size.quarantine()));
    }

    /** A pod that exists; idempotent. */
    synchronized Worker found(String pod, String uid, PortPair ports, String podRevision) {
        unseen.remove(pod);
        Worker known = workers.get(pod);
        if (known != null) {
            return known;
        }
        Worker worker = new Worker(pod, uid, ports, podRevision, clock.instant());
        workers.put(pod, worker);
        String session = expected.remove(uid);
        if (session != null) {
            bind(worker, session);
        }
        if (!leases.adopt(pod, ports) && session == null) {
            worker.leave(); // Two pods with one pair: the later one gets no call.
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
        return Optional.ofNullable(workers.get(pod));
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

    /** The pod failed: it goes, and the next one is made after a pause that grows. */
    synchronized @Nullable String failed(Worker worker, String reason) {
        if (!worker.leaving()) {
            fault("pod " + worker.pod() + " failed: " + reason);
        }
        return gone(worker.pod(), false);
    }

    /** The pod's process ends again and again while nobody needs it: another pod, with other ports, may do better. */
    synchronized @Nullable String givenUp(Worker worker, int restarts, String reason) {
        if (!worker.leaving()) {
            fault("pod %s was started %d times and does not stay up: %s".formatted(worker.pod(), restarts + 1, reason));
        }
        return gone(worker.pod(), false);
    }

    /** The pod is no more. */
    synchronized @Nullable String gone(String pod, boolean objectGone) {
        Worker worker = workers.get(pod);
        leases.release(pod, size.quarantine(), worker != null && worker.wasClaimed());
        if (worker == null) {
            unseen.remove(pod);
            return null;
        }
        worker.leave();
        dequeue(worker);
        String session = unbind(worker);
        if (objectGone) {
            workers.remove(pod);
        }
        return session;
    }

    /**
     * A worker spoke.
     *
     * @return the session that should hear of it: null when nothing changed for anyone
     */
    synchronized @Nullable String reported(Worker worker, WorkerReport report) {
        if (workers.get(worker.pod()) != worker) {
            return null;
        }
        WorkerReport before = worker.report();
        if (report.state() == WorkerReport.State.IDLE) {
            keepCounts(worker); // Restarted in place: it counts from zero again.
        }
        worker.heard(report, clock.instant());
        String serves = report.sessionUid();
        if (serves != null && !serves.equals(worker.session()) && !worker.leaving()) {
            unbind(worker);
            if (worker.sessions() >= MOST_SESSIONS) {
                fault("pod %s tells of another session each time".formatted(worker.pod()));
                retire(worker);
            } else {
                bind(worker, serves);
            }
        }
        if (serves != null && serves.equals(worker.session())) { // Otherwise nobody asks, or ever forgets it.
            ledger.heard(serves, clock.instant());
        }
        if (worker.finishing()) {
            leases.release(worker.pod(), size.quarantine(), worker.wasClaimed());
            if (worker.session() == null && report.state() == WorkerReport.State.DONE) {
                worker.leave();
            }
        }
        boolean changed = before == null || before.state() != report.state();
        return requeue(worker, changed);
    }

    /** Gives a session a worker, the same one each time, or a place in the line. */
    synchronized Claim claim(String session) {
        Worker mine = bySession.get(session);
        if (mine != null) {
            return new Claim.Granted(mine);
        }
        for (Worker next = ready.poll(); next != null; next = ready.poll()) {
            next.queued(false);
            if (next.ready()) {
                bind(next, session);
                return new Claim.Granted(next);
            }
        }
        waiting.add(session);
        return shortage();
    }

    /** The worker that was claimed for a session or says that it serves it. */
    synchronized Optional<Worker> serving(String session) {
        return Optional.ofNullable(bySession.get(session));
    }

    /** The session asks no more. */
    synchronized void forget(String session) {
        waiting.remove(session);
        ledger.forget(session);
    }

    /** What the session's workers counted, those that were lost included; empty when none was heard. */
    synchronized Optional<Account> account(String session) {
        Worker now = bySession.get(session);
        return ledger.account(session, now != null && now.serves(session) ? now.report() : null);
    }

    /** When a worker last said that it serves this session; empty when we have never heard one. */
    synchronized Optional<Instant> lastHeard(String session) {
        return ledger.lastHeard(session);
    }

    /** A worker turned out to be somebody else's: the session has to claim another one. */
    synchronized void disclaim(Worker worker) {
        unbind(worker);
    }

    /** A worker is of no more use, to its session or anybody. */
    synchronized void dismiss(Worker worker) {
        retire(worker);
        unbind(worker);
    }

    /** Whether every pod that was there at the start has said what it does. */
    synchronized boolean settled() {
        settled = settled || workers.values().stream().allMatch(worker -> worker.report() != null || worker.leaving());
        return settled;
    }

    /** What has to be written now, each thing once: its pods count as starting, or as deleted, from here on. */
    synchronized Plan plan() {
        Instant now = clock.instant();
        workers.values().stream()
                .filter(worker ->
                        worker.starting() && now.isAfter(worker.seenAt().plus(START_LIMIT)))
                .toList()
                .forEach(worker -> {
                    fault("pod " + worker.pod() + " was not ready within " + START_LIMIT.toSeconds() + " s");
                    retire(worker);
                });
        Counts counts = counts();
        int outdated = (int) ready.stream().filter(this::outdated).count();
        Refill refill = Refill.of(counts, outdated);
        List<Making> make = make(refill.make(), counts, now);
        boolean noRoom = refill.make() > 0 && make.isEmpty() && counts.starting() == 0 && trouble == null;
        letGo(noRoom && outdated > 0 ? refill.toMakeRoom() : refill);
        List<Worker> spent = workers.values().stream()
                .filter(worker -> worker.leaving() && !worker.deletionOrdered())
                .toList();
        spent.forEach(worker -> worker.deletionOrdered(true));
        List<String> delete = spent.stream().map(Worker::pod).toList();
        List<String> verify = unseen.entrySet().stream()
                .filter(entry -> now.isAfter(entry.getValue().plus(UNSEEN_LIMIT)))
                .map(Map.Entry::getKey)
                .toList();
        return new Plan(make, delete, verify, mark());
    }

    /** The pod says, or does not, that it has a call. */
    synchronized void marked(String pod, boolean live) {
        worker(pod).ifPresent(worker -> worker.marked(live));
    }

    /** The API server refused the pod: it does not exist, its ports were never open. */
    synchronized void refused(String pod, String reason) {
        absent(pod);
        fault("the API server refused pod " + pod + ": " + reason);
    }

    /** A pod that we meant to make does not exist. */
    synchronized void absent(String pod) {
        unseen.remove(pod);
        leases.release(pod, Duration.ZERO, false);
    }

    synchronized Counts counts() {
        int busy = 0;
        int starting = unseen.size();
        for (Worker worker : workers.values()) {
            if (worker.session() != null && !worker.leaving() && !worker.is(WorkerReport.State.DONE)) {
                busy++;
            } else if (worker.starting()) {
                starting++;
            }
        }
        return new Counts(
                ready.size(), starting, busy, waiting.size(), size.idleFor(busy), leases.counts(size.range()));
    }

    /** When there will be something to do without anybody telling us: a pair at rest, a pause after a failure. */
    synchronized Optional<Instant> nextChance() {
        Instant now = clock.instant();
        if (makeAgainAt.isAfter(now)) {
            return Optional.of(makeAgainAt);
        }
        return leases.nextFree();
    }

    /** What went wrong with the last pod, while none has become ready since. */
    synchronized Optional<String> trouble() {
        return Optional.ofNullable(trouble);
    }

    synchronized Claim.Waiting shortage() {
        Counts now = counts();
        PortLeases.Counts ports = now.ports();
        String pool = "WorkerPool " + name;
        if (resource == null) {
            return new Claim.Waiting(Shortage.PoolNotFound, pool + " does not exist in this namespace; create it");
        }
        int live = now.warm() + now.starting() + now.busy();
        if (now.starting() == 0 && ports.free() == 0) {
            return new Claim.Waiting(
                    Shortage.PortsExhausted,
                    "all %d port pairs of %s (%s) are taken: %d leased, %d in quarantine, 0 free; widen spec.ports of the pool or wait for a call to end"
                            .formatted(size.range().pairs(), pool, size.range(), ports.leased(), ports.quarantined()));
        }
        if (now.starting() == 0 && live >= size.maxWorkers()) {
            return new Claim.Waiting(
                    Shortage.MaxWorkersReached,
                    "%s has all %d workers it may have, %d of them busy; raise spec.maxWorkers or wait for a call to end"
                            .formatted(pool, size.maxWorkers(), now.busy()));
        }
        return new Claim.Waiting(
                Shortage.NoWarmWorker,
                "%s has no warm worker, %d on the way for %d waiting calls; raise spec.warm for bursts like this"
                        .formatted(pool, now.starting(), now.waiting()));
    }

    private List<Making> make(int missing, Counts counts, Instant now) {
        int room = size.maxWorkers() - counts.warm() - counts.starting() - counts.busy();
        List<Making> make = new ArrayList<>();
        if (resource == null || now.isBefore(makeAgainAt)) {
            return make;
        }
        for (int i = Math.min(missing, room); i > 0; i--) {
            String pod = name + "-" + podNames.get();
            Optional<PortPair> pair = leases.lease(pod, size.range());
            if (pair.isEmpty()) {
                break;
            }
            unseen.put(pod, now);
            make.add(new Making(pod, pair.get()));
        }
        return make;
    }

    private List<String> mark() {
        if (resource == null || !WorkerPodFactory.marksLiveCalls(resource.getSpec())) {
            return List.of();
        }
        List<Worker> live = workers.values().stream()
                .filter(worker -> worker.session() != null && !worker.leaving() && !worker.marked())
                .toList();
        live.forEach(worker -> worker.marked(true));
        return live.stream().map(Worker::pod).toList();
    }

    /** Outdated ones go first, then those who came last. */
    private void letGo(Refill refill) {
        List<Worker> idle = new ArrayList<>(ready).reversed();
        idle.sort(Comparator.comparing(this::outdated).reversed());
        idle.stream().limit(refill.retire()).forEach(this::retire);
        workers.values().stream()
                .filter(Worker::starting)
                .limit(refill.abort())
                .toList()
                .forEach(this::retire);
    }

    private boolean outdated(Worker worker) {
        return !worker.revision().equals(revision);
    }

    /** Puts a worker where it belongs now; returns the session to tell, if any. */
    private @Nullable String requeue(Worker worker, boolean changed) {
        if (worker.ready()) {
            if (!worker.queued()) {
                failures = 0;
                trouble = null;
            }
            if (waiting.isEmpty()) {
                enqueue(worker);
                return null;
            }
            dequeue(worker);
            String first = waiting.iterator().next();
            bind(worker, first);
            return first;
        }
        dequeue(worker);
        return changed ? worker.session() : null;
    }

    private void enqueue(Worker worker) {
        if (!worker.queued()) {
            worker.queued(true);
            ready.add(worker);
        }
    }

    private void dequeue(@Nullable Worker worker) {
        if (worker != null && worker.queued()) {
            worker.queued(false);
            ready.remove(worker);
        }
    }

    private void retire(Worker worker) {
        worker.leave();
        dequeue(worker);
    }

    private void bind(Worker worker, String session) {
        waiting.remove(session);
        Worker other = bySession.putIfAbsent(session, worker);
        worker.session(session);
        if (other != null && other != worker) {
            worker.leave(); // The session has moved on to another worker.
        }
    }

    /** What a worker counted for its session, before it forgets or is lost. */
    private void keepCounts(Worker worker) {
        String session = worker.session();
        if (session != null && worker.serves(session)) {
            ledger.keep(session, Objects.requireNonNull(worker.report()));
        }
    }

    private @Nullable String unbind(Worker worker) {
        keepCounts(worker);
        String session = worker.session();
        if (session != null && bySession.get(session) == worker) {
            bySession.remove(session);
        }
        worker.session(null);
        return session;
    }

    private void fault(String what) {
        trouble = what;
        failures++;
        long pause = Math.min(30_000L, 250L << Math.min(failures, 7));
        makeAgainAt = clock.instant().plusMillis(pause);
    }
}
