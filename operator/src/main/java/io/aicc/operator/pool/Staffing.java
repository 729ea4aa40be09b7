package io.aicc.operator.pool;

import io.aicc.crd.WorkerPool;
import io.aicc.crd.WorkerPoolSpec.NetworkMode;
import io.aicc.operator.pool.Claim.Shortage;
import io.aicc.operator.port.PortLeases;
import io.aicc.operator.port.PortPair;
import io.aicc.operator.port.PortRange;
import io.aicc.wire.control.WorkerReport;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How many workers a pool should have: plans what is to be made, with its ports, and who has to go; pauses longer and longer
 * while pods fail. Guarded by its pool's lock.
 */
final class Staffing {
    /** A pod that is not ready by then never will be. */
    static final Duration START_LIMIT = Duration.ofSeconds(120);

    /** A pod that no node has taken by then may do better with another pair, if pairs keep pods off nodes. */
    static final Duration NODE_LIMIT = Duration.ofSeconds(10);

    /** An idle worker that is ill for so long is replaced. */
    static final Duration UNWELL_LIMIT = Duration.ofSeconds(10);

    /** A pod that we made and that no watch has shown by then may not exist. */
    static final Duration UNSEEN_LIMIT = Duration.ofSeconds(10);

    /** What is said of a pod that has had no trouble so far. */
    private static final Set<String> ON_ITS_WAY =
            Set.of("", "Pending", "PodInitializing", "ContainerCreating", "Running");

    private static final long FIRST_PAUSE_MS = 500;
    private static final long LONGEST_PAUSE_MS = 30_000;

    private final String pool;
    private final InstantSource clock;
    private final Supplier<String> podNames;
    private final PortLeases leases;
    private final Roster roster;
    private final Map<String, Instant> unseen = new HashMap<>();
    private final Set<String> strays = new HashSet<>();
    private @Nullable WorkerPool resource;
    private String revision = "";
    private PoolSize size = new PoolSize(0, 0, 0, 0, PortRange.ALL, 1, Duration.ZERO);
    private int failures;
    private @Nullable String trouble;
    private Instant makeAgainAt = Instant.MIN;

    /** By then each pair has had its rest, whoever gave it back before we led. */
    private Instant rested = Instant.MIN;

    Staffing(String pool, InstantSource clock, Supplier<String> podNames, PortLeases leases, Roster roster) {
        this.pool = pool;
        this.clock = clock;
        this.podNames = podNames;
        this.leases = leases;
        this.roster = roster;
    }

    /**
     * A pod to be made.
     *
     * @param taken nodes that it must not come to, see {@link PortLeases.Lease}
     */
    record Making(String pod, PortPair ports, List<String> taken) {}

    /**
     * What has to be written to get from what is to what should be.
     *
     * @param make pods that are missing; their ports are leased already
     * @param delete names of pods that are of no more use
     * @param verify names of pods that were made and never seen
     * @param mark names of pods that have to say that they have a call
     */
    record Plan(List<Making> make, List<String> delete, List<String> verify, List<String> mark) {}

    /**
     * Workers by state; ports by state.
     *
     * @param outdated those of the warm ones that were made before the last change
     */
    record Counts(int warm, int outdated, int starting, int busy, int waiting, int target, PortLeases.Counts ports) {}

    void resource(WorkerPool wanted, String podRevision) {
        if (!revision.equals(podRevision)) { // What went wrong before says nothing of what is made now.
            failures = 0;
            trouble = null;
            makeAgainAt = Instant.MIN;
        }
        resource = wanted;
        revision = podRevision;
        size = PoolSize.of(wanted.getSpec());
    }

    Optional<WorkerPool> resource() {
        return Optional.ofNullable(resource);
    }

    /** How long a pair rests after a call. */
    Duration quarantine() {
        return size.quarantine();
    }

    /**
     * We begin to lead. A pair may have been given back a moment ago of which no pod and no record tells: until all of them have
     * rested, workers are made for calls that wait, and none to be idle.
     */
    void begin() {
        rested = clock.instant().plus(quarantine());
    }

    /** Nobody is wanted any more. */
    void abandon() {
        resource = null;
        size = new PoolSize(0, 0, 0, 0, size.range(), size.nodes(), size.quarantine());
    }

    /** Whether a pod is on its way, or was made and may exist. */
    boolean expectsPods() {
        return !unseen.isEmpty();
    }

    /** The watch shows the pod, or shows that it is gone. */
    void seen(String pod) {
        unseen.remove(pod);
    }

    /** A pod that we meant to make does not exist; its ports were never open. */
    void absent(String pod) {
        unseen.remove(pod);
        leases.release(pod, Duration.ZERO, false);
    }

    /** A pod failed before it was of any use: the next one is made after a pause that grows, once for all that fail in it. */
    void fault(String what) {
        trouble = what;
        Instant now = clock.instant();
        if (now.isBefore(makeAgainAt)) {
            return;
        }
        failures++;
        long pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS << Math.min(failures - 1, 6));
        makeAgainAt = now.plusMillis(pause);
    }

    /** A worker was lost that had been ready, perhaps with its node: another one is made at once. */
    void loss(String what) {
        trouble = what;
    }

    /** A worker became ready; one that was made before the last change says nothing of how new ones start. */
    void success(Worker worker) {
        if (!outdated(worker)) {
            failures = 0;
            trouble = null;
        }
    }

    /** The watch shows no more a pod that we have not deleted: somebody else has, or it is there without its labels. */
    void stray(String pod) {
        strays.add(pod);
    }

    /** What went wrong with the last pod, or does with one on its way, while none has become ready since. */
    Optional<String> trouble() {
        return Optional.ofNullable(trouble).or(() -> roster.workers().stream()
                .filter(worker -> worker.starting() && !worker.proven() && !isOnItsWay(worker.reason()))
                .min(Comparator.comparing(Worker::pod))
                .map(worker -> "pod %s does not start: %s".formatted(worker.pod(), worker.reason())));
    }

    /** One without a node may yet get it, when another pod goes or a node comes. */
    private static boolean isOnItsWay(String reason) {
        return ON_ITS_WAY.contains(reason) || reason.startsWith(WorkerPod.UNSCHEDULABLE);
    }

    /** When there will be something to do though nothing happens: a pause is over, a pair free, a pod late. */
    Optional<Instant> nextChance() {
        Instant now = clock.instant();
        Stream<Instant> late =
                roster.workers().stream().filter(Worker::starting).map(worker -> late(worker, now));
        Stream<Instant> lost = unseen.values().stream().map(made -> made.plus(UNSEEN_LIMIT));
        return Stream.of(Stream.of(makeAgainAt, rested), leases.nextFree().stream(), late, lost)
                .flatMap(chances -> chances)
                .filter(chance -> chance.isAfter(now))
                .min(Comparator.naturalOrder());
    }

    /** @param allHeard whether every worker has said what it does: otherwise one that seems to be starting may have a call */
    Plan plan(boolean allHeard) {
        Instant now = clock.instant();
        roster.sift();
        giveUpLateOnes(now);
        Counts counts = counts();
        List<Worker> ready = roster.ready();
        int refused = roster.refusedCount();
        Refill refill = Refill.of(counts, refused);
        int missing =
                now.isBefore(rested) ? Math.max(0, counts.waiting() + refused - counts.starting()) : refill.make();
        List<Making> make = make(missing, counts, now);
        boolean pairRests = counts.ports().free() == 0 && counts.ports().quarantined() > 0;
        boolean coming = counts.starting() > 0 || pairRests;
        boolean noRoom = missing > 0 && make.isEmpty() && !coming && trouble == null;
        letGo(ready, noRoom && counts.outdated() > 0 ? refill.toMakeRoom() : refill);
        if (allHeard) {
            roster.workers().stream()
                    .filter(Worker::starting)
                    .limit(refill.abort())
                    .forEach(roster::retire);
        }
        List<String> verify = unseen.entrySet().stream()
                .filter(entry -> !now.isBefore(entry.getValue().plus(UNSEEN_LIMIT)))
                .map(Map.Entry::getKey)
                .toList();
        return new Plan(make, spent(), verify, mark());
    }

    Counts counts() {
        int busy = 0;
        int starting = unseen.size();
        for (Worker worker : roster.workers()) {
            if (worker.session() != null && !worker.leaving() && !worker.is(WorkerReport.State.DONE)) {
                busy++;
            } else if (worker.starting()) {
                starting++;
            }
        }
        return new Counts(
                roster.readyCount(),
                (int) roster.ready().stream().filter(this::outdated).count(),
                starting,
                busy,
                roster.waitingCount(),
                size.idleFor(busy),
                leases.counts(size.range(), size.nodes()));
    }

    /** Why a session has to wait. */
    Claim.Waiting shortage() {
        Counts now = counts();
        PortLeases.Counts ports = now.ports();
        String name = "WorkerPool " + pool;
        if (resource == null) {
            return notFound(pool);
        }
        int live = now.warm() + now.starting() + now.busy();
        if (now.starting() == 0 && ports.free() == 0) {
            return new Claim.Waiting(
                    Shortage.PortsExhausted,
                    "all %d port pairs of %s (%s%s) are taken: %d leased, %d in quarantine, 0 free; widen spec.ports of the pool%s or wait for a call to end"
                            .formatted(
                                    size.range().pairs() * size.nodes(),
                                    name,
                                    size.range(),
                                    size.nodes() == 1 ? "" : " on each of %d nodes".formatted(size.nodes()),
                                    ports.leased(),
                                    ports.quarantined(),
                                    onNodes(resource) ? ", raise spec.ports.nodes if workers have more nodes," : ""));
        }
        if (now.starting() == 0 && live >= size.maxWorkers()) {
            return new Claim.Waiting(
                    Shortage.MaxWorkersReached,
                    "%s has all %d workers it may have, %d of them busy; raise spec.maxWorkers or wait for a call to end"
                            .formatted(name, size.maxWorkers(), now.busy()));
        }
        String none = "%s has no warm worker, %d on the way for %d waiting calls; "
                .formatted(name, now.starting(), now.waiting());
        String more = live < size.maxWorkers() ? "spec.warm" : "spec.warm and spec.maxWorkers";
        return trouble()
                .map(why -> new Claim.Waiting(Shortage.WorkersFail, none + why))
                .orElseGet(() ->
                        new Claim.Waiting(Shortage.NoWarmWorker, none + "raise " + more + " for bursts like this"));
    }

    /** The answer to a session whose pool does not exist. */
    static Claim.Waiting notFound(String pool) {
        return new Claim.Waiting(
                Shortage.PoolNotFound, "WorkerPool " + pool + " does not exist in this namespace; create it");
    }

    private void giveUpLateOnes(Instant now) {
        List<Worker> late = roster.workers().stream()
                .filter(worker -> worker.starting() && !now.isBefore(late(worker, now)))
                .toList();
        for (Worker worker : late) {
            if (worker.proven()) {
                loss("idle pod " + worker.pod() + " is neither ready nor heard for " + UNWELL_LIMIT.toSeconds() + " s");
            } else {
                fault("pod %s was not ready within %d s: %s%s"
                        .formatted(worker.pod(), startLimit(worker).toSeconds(), worker.reason(), remedy(worker)));
            }
            roster.retire(worker);
        }
    }

    /** When a worker is given up that has not become ready by then, or not again. */
    private Instant late(Worker worker, Instant now) {
        return worker.proven()
                ? worker.unwellSince(now).plus(UNWELL_LIMIT)
                : worker.seenAt().plus(startLimit(worker));
    }

    private Duration startLimit(Worker worker) {
        return keptOff(worker) ? NODE_LIMIT : START_LIMIT;
    }

    private String remedy(Worker worker) {
        return keptOff(worker)
                ? "; spec.ports.nodes of the pool counts on %d nodes for its workers: lower it if there are fewer, or widen spec.ports"
                        .formatted(size.nodes())
                : "";
    }

    /** Whether it may be for its pair, which other nodes have already, that no node takes a pod. */
    private boolean keptOff(Worker worker) {
        return size.nodes() > 1 && worker.reason().startsWith(WorkerPod.UNSCHEDULABLE);
    }

    private static boolean onNodes(WorkerPool pool) {
        return pool.getSpec().networkMode() == NetworkMode.HostPort;
    }

    private List<Making> make(int missing, Counts counts, Instant now) {
        int room = size.maxWorkers() - counts.warm() - counts.starting() - counts.busy();
        List<Making> make = new ArrayList<>();
        if (resource == null || now.isBefore(makeAgainAt)) {
            return make;
        }
        for (int i = Math.min(missing, room); i > 0; i--) {
            String pod = pool + "-" + podNames.get();
            Optional<PortLeases.Lease> lease = leases.lease(pod, size.range(), size.nodes());
            if (lease.isEmpty()) {
                break;
            }
            unseen.put(pod, now);
            make.add(new Making(pod, lease.get().pair(), lease.get().taken()));
        }
        return make;
    }

    /** Outdated ones go first, then those who came last. */
    private void letGo(List<Worker> ready, Refill refill) {
        ready.reversed().stream()
                .sorted(Comparator.comparing(this::outdated).reversed())
                .limit(refill.retire())
                .forEach(roster::retire);
    }

    private List<String> spent() {
        List<Worker> spent = roster.workers().stream()
                .filter(worker -> worker.leaving() && !worker.deletionOrdered())
                .toList();
        spent.forEach(worker -> worker.deletionOrdered(true));
        List<String> pods =
                Stream.concat(strays.stream(), spent.stream().map(Worker::pod)).toList();
        strays.clear();
        return pods;
    }

    private List<String> mark() {
        if (resource == null || !WorkerPodFactory.marksLiveCalls(resource.getSpec())) {
            return List.of();
        }
        List<Worker> live = roster.workers().stream()
                .filter(worker -> worker.session() != null && !worker.leaving() && !worker.marked())
                .toList();
        live.forEach(worker -> worker.marked(true));
        return live.stream().map(Worker::pod).toList();
    }

    private boolean outdated(Worker worker) {
        return !worker.revision().equals(revision) || !size.range().contains(worker.ports());
    }
}
