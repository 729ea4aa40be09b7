package io.aicc.operator.pool;

import io.aicc.crd.WorkerPool;
import io.aicc.operator.control.WorkerChannel.WorkerAddress;
import io.aicc.operator.control.WorkerChannels;
import io.aicc.operator.port.PortLeases;
import io.aicc.operator.port.PortPair;
import io.aicc.wire.control.WorkerReport;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The door of this room: every WorkerPool of a namespace, its workers, and who has claimed them. Watches pods from the
 * start; does nothing else before {@link #begin}, so that a standby has everything at hand. Thread-safe; claiming never
 * blocks.
 */
public final class WarmPools implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(WarmPools.class);

    /** How long a pod may take to say what it does, after a restart of ours, before claims go on without it. */
    static final Duration SETTLE_LIMIT = Duration.ofSeconds(2);

    /** Each connection takes a signature of ours, and its check: 5,000 calls are heard again within ten seconds, new ones served meanwhile. */
    private static final Duration CONNECT_PACE = Duration.ofMillis(2);

    private final InstantSource clock;
    private final RandomGenerator random;
    private final SharedIndexInformer<Pod> pods;
    private final Map<String, WarmPool> pools = new ConcurrentHashMap<>();
    private final PoolMetrics metrics;
    private volatile BiConsumer<String, String> sessionListener = (pool, session) -> {};
    private volatile Consumer<String> poolListener = pool -> {};
    private volatile @Nullable WorkerChannels channels;
    private volatile Instant begun = Instant.MAX;

    /**
     * Watches the worker pods of a namespace.
     *
     * @param random thread-safe
     */
    public WarmPools(
            KubernetesClient client,
            String namespace,
            InstantSource clock,
            RandomGenerator random,
            MeterRegistry metrics) {
        this.clock = clock;
        this.random = random;
        this.pods = client.pods()
                .inNamespace(namespace)
                .withLabel(WorkerPodFactory.NAME_LABEL, WorkerPodFactory.NAME)
                .runnableInformer(0)
                .itemStore(new LeanPods())
                .exceptionHandler((started, problem) -> true)
                .addEventHandler(new PodEvents());
        this.metrics = new PoolMetrics(metrics, pools.values());
    }

    /** Starts to watch pods; returns once all of them are known. */
    public void start() {
        pods.start().toCompletableFuture().join();
    }

    /** Whether pods are being watched at this moment. */
    public boolean watching() {
        return pods.isWatching();
    }

    /** Who is told that something changed for a session: name of its pool, UID of the session. Must not block. */
    public void onSessionChange(BiConsumer<String, String> listener) {
        sessionListener = listener;
    }

    void onPoolChange(Consumer<String> listener) {
        poolListener = listener;
    }

    /**
     * From here on we lead: rebuild leases and claims, listen to every worker, take claims.
     *
     * @param open channels in the name of this leadership; closed with us
     */
    public void begin(WorkerChannels open, Collection<Remembered> memories) {
        for (Remembered memory : memories) {
            switch (memory) {
                case Remembered.Serving(String pool, String session, String podUid) ->
                    pool(pool).expect(session, podUid);
                case Remembered.Counted(String pool, String session, Account earlier) ->
                    pool(pool).ledger().begin(session, earlier);
                case Remembered.Freed(String pool, String pod, PortPair ports, Instant at) ->
                    pool(pool).rest(pod, ports, at);
            }
        }
        channels = open;
        connect(memories);
        begun = clock.instant();
        log.atInfo()
                .addKeyValue("pools", pools.size())
                .addKeyValue("pods", pods.getStore().list().size())
                .log("leading");
        names().forEach(this::changed);
    }

    /**
     * All pods are known before any is listened to: whom the records name has its session, whoever says the same. Idle ones are
     * listened to at once, for calls wait for them; the others one after the other, for nobody waits for what they say.
     */
    private void connect(Collection<Remembered> memories) {
        Set<String> named = memories.stream()
                .flatMap(memory -> memory instanceof Remembered.Serving it ? Stream.of(it.podUid()) : Stream.empty())
                .collect(Collectors.toSet());
        List<Pod> idle = new ArrayList<>();
        List<Pod> serving = new ArrayList<>();
        for (Pod pod : pods.getStore().list()) {
            WorkerPod.of(pod).ifPresent(worker -> pool(worker.pool()).found(worker));
            (named.contains(pod.getMetadata().getUid()) ? serving : idle).add(pod);
        }
        pools.values().forEach(WarmPool::allFound);
        idle.forEach(this::found);
        Duration later = Duration.ZERO;
        for (Pod pod : serving) {
            later = later.plus(CONNECT_PACE);
            found(pod, later);
        }
    }

    /** Whether it is known which worker serves whom, so that claiming one is safe. */
    public boolean settled(String pool) {
        Instant start = begun;
        return !start.equals(Instant.MAX)
                && (known(pool).map(WarmPool::settled).orElse(true)
                        || clock.instant().isAfter(start.plus(SETTLE_LIMIT)));
    }

    /**
     * Gives a session a worker, the same one each time, or a place in the line; it is told when its turn comes. Of a pool that
     * nobody made nothing is kept: sessions may name any.
     */
    public Claim claim(String pool, String session) {
        WarmPool known = pools.get(pool);
        if (known == null) {
            return Staffing.notFound(pool);
        }
        Claim claim = known.claim(session);
        changed(pool); // Refill at once, or make one for it.
        return claim;
    }

    /** The worker that is a session's; empty when it has none (any more). */
    public Optional<Worker> serving(String pool, String session) {
        return known(pool).flatMap(found -> found.serving(session));
    }

    /** A session asks no more. */
    public void forget(String pool, String session) {
        known(pool).ifPresent(found -> found.forget(session));
    }

    /** What the workers of a session counted together; empty when none was heard. */
    public Optional<Account> account(String pool, String session) {
        return known(pool).flatMap(found -> found.account(session));
    }

    /** Whether a worker that a session has no more is heard, and not done with its words. */
    public boolean delivering(String pool, String session) {
        return known(pool).map(found -> found.delivering(session)).orElse(false);
    }

    /** What the pool's workers were told and said of their sessions; nothing where nobody knows the pool. */
    public Ledger ledger(String pool) {
        return known(pool).map(WarmPool::ledger).orElseGet(Ledger::new);
    }

    /** A worker would not have the session that it was claimed for: that has to claim another one. */
    public void refused(String pool, Worker worker) {
        known(pool).ifPresent(found -> found.refused(worker));
    }

    /** A worker has this session now: who refused it before was wrong, and goes if that was not the first time. */
    public void taken(String pool, String session, Worker worker) {
        known(pool).ifPresent(found -> found.taken(session, worker));
    }

    /** A worker answered when it was told of its call, whatever it said. */
    public void answered(String pool, Worker worker) {
        known(pool).ifPresent(found -> found.answered(worker));
    }

    /**
     * A worker did not answer when it was told of its call: whether it is to be told again, because it lives and is slow, or
     * because no worker answers. Otherwise it is of no more use to that call.
     *
     * @param told when that telling began
     */
    public boolean askAgain(String pool, Worker worker, Instant told) {
        return known(pool).map(found -> found.askAgain(worker, told)).orElse(false);
    }

    /** A worker is of no more use: its pod is deleted. Idempotent. */
    public void dismiss(String pool, Worker worker) {
        known(pool).ifPresent(found -> found.dismiss(worker));
        changed(pool);
    }

    /** Tells the sessions whose worker fell silent, or speaks again; to be run once a second. */
    public void listen() {
        pools.forEach((name, pool) -> {
            pool.voicesChanged().forEach(session -> tell(name, session));
            pool.bury().forEach(dead -> changed(name));
        });
    }

    /** The WorkerPool as it was last seen. */
    public Optional<WorkerPool> resource(String pool) {
        return known(pool).flatMap(WarmPool::resource);
    }

    /** Whether we lead: {@link #begin} has run. */
    public boolean leading() {
        return !begun.equals(Instant.MAX);
    }

    /** Of which pools something is kept. */
    Set<String> names() {
        return Set.copyOf(pools.keySet());
    }

    private Optional<WarmPool> known(String name) {
        return Optional.ofNullable(pools.get(name));
    }

    /** A pod that we meant to make does not exist: its ports were leased to nobody. */
    void absent(WarmPool pool, String pod) {
        pool.absent(pod);
        metrics.pairLeaked();
    }

    /** The pool of a WorkerPool, a worker or a record of one. */
    WarmPool pool(String name) {
        return pools.computeIfAbsent(name, key -> {
            WarmPool pool = new WarmPool(key, clock, this::podName, new PortLeases(clock, random));
            metrics.add(key, pool);
            return pool;
        });
    }

    @Override
    public void close() {
        pods.stop();
        WorkerChannels open = channels;
        if (open != null) {
            open.close();
        }
    }

    private void found(Pod pod) {
        found(pod, Duration.ZERO);
    }

    private void found(Pod pod, Duration connectAfter) {
        WorkerChannels open = channels;
        WorkerPod worker = WorkerPod.of(pod).orElse(null);
        if (open == null) {
            return;
        }
        if (worker == null) {
            log.atWarn()
                    .addKeyValue("pod", pod.getMetadata().getName())
                    .log("pod has the label of a worker but no worker's ports, ignored");
            return;
        }
        WarmPool pool = pool(worker.pool());
        Worker known = pool.found(worker);
        if (worker.failed()) {
            if (!worker.terminating()) { // One that is told to go ends by a signal, which is no failure.
                warn(worker, "worker pod failed");
            }
            tell(worker.pool(), pool.failed(known, worker.reason()));
        } else if (worker.restarts() >= WarmPool.GIVE_UP_RESTARTS && !worker.ready() && known.session() == null) {
            warn(worker, "worker pod does not stay up, making another");
            tell(worker.pool(), pool.givenUp(known, worker.restarts(), worker.reason()));
        } else {
            if (worker.reachable()) {
                WorkerAddress address = new WorkerAddress(worker.address(), worker.controlPort(), worker.uid());
                pool.connect(
                        known,
                        worker.mediaHost(),
                        () -> open.open(address, connectAfter, report -> reported(worker.pool(), pool, known, report)));
            }
            tell(worker.pool(), pool.podState(known, worker.ready(), worker.terminating()));
        }
        changed(worker.pool());
    }

    private static void warn(WorkerPod worker, String what) {
        log.atWarn()
                .addKeyValue("pod", worker.name())
                .addKeyValue("reason", worker.reason())
                .log(what);
    }

    private void gone(Pod pod) {
        if (channels == null) {
            return;
        }
        WorkerPod.of(pod).ifPresent(worker -> {
            tell(worker.pool(), pool(worker.pool()).unseen(worker.name()));
            changed(worker.pool());
        });
    }

    private void reported(String name, WarmPool pool, Worker worker, WorkerReport report) {
        WorkerReport before = worker.report();
        String session = pool.reported(worker, report);
        tell(name, session);
        if (before == null || before.state() != report.state()) {
            log.atDebug()
                    .addKeyValue("pod", worker.pod())
                    .addKeyValue("state", report.state())
                    .log("worker changed");
            changed(name);
        }
    }

    private void tell(String pool, @Nullable String session) {
        if (session != null) {
            sessionListener.accept(pool, session);
        }
    }

    private void changed(String pool) {
        poolListener.accept(pool);
    }

    /** Eight letters and digits, forty bits: names never repeat, so a name stands for one pod for ever. */
    private String podName() {
        String digits = Long.toString(random.nextLong(1L << 40) | 1L << 40, 32);
        return digits.substring(digits.length() - 8);
    }

    private final class PodEvents implements ResourceEventHandler<Pod> {
        @Override
        public void onAdd(Pod pod) {
            found(pod);
        }

        @Override
        public void onUpdate(Pod before, Pod now) {
            if (WorkerPod.of(before)
                    .map(WorkerPod::pool)
                    .equals(WorkerPod.of(now).map(WorkerPod::pool))) {
                found(now);
            } else {
                gone(before); // Whose it was: that pool has it deleted, and no other one takes it.
            }
        }

        @Override
        public void onDelete(Pod pod, boolean finalStateUnknown) {
            gone(pod);
        }
    }
}
