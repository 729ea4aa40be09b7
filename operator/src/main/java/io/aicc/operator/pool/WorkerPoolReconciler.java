package io.aicc.operator.pool;

import io.aicc.crd.WorkerPool;
import io.aicc.crd.WorkerPoolStatus;
import io.aicc.operator.kube.Conditions;
import io.aicc.operator.kube.DeposedException;
import io.aicc.operator.kube.KubeWrites;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.IndexerResourceCache;
import io.javaoperatorsdk.operator.processing.event.source.inbound.SimpleInboundEventSource;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a pool's pods as they should be: makes what is missing, deletes what is spent, tells in the status what stands. Runs
 * whenever a worker was taken or changed; runs of one pool never overlap, so nothing is made twice. None waits for a pod's
 * creation or deletion; these have threads of their own, so that neither keeps the other waiting.
 */
@ControllerConfiguration
public final class WorkerPoolReconciler implements Reconciler<WorkerPool>, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(WorkerPoolReconciler.class);

    /** A status is for people: no more often than this, however fast the calls come. */
    private static final Duration STATUS_INTERVAL = Duration.ofSeconds(1);

    /** What a condition says on a day as it should be; each other reason is told as an Event too. */
    private static final Set<String> ORDINARY = Set.of("WarmBufferFull", "RollingOut", "Filling");

    /** Every call changes its pool a dozen times, and a look is at all workers: what comes within this time is looked at once. */
    private static final Duration PACE = Duration.ofMillis(50);

    /** Pods that are being created at the same time: enough for the API server's latency, and no storm of connections. */
    private static final int CREATIONS_AT_ONCE = 8;

    private final WarmPools pools;
    private final WorkerPodFactory factory;
    private final KubeWrites api;
    private final String namespace;
    private final InstantSource clock;
    private final ThreadPoolExecutor creations = new ThreadPoolExecutor(
            CREATIONS_AT_ONCE,
            CREATIONS_AT_ONCE,
            0,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            Thread.ofPlatform().daemon().name("pod-creation-", 0).factory());
    private final PodDeletions deletions;
    private final Set<String> dirty = ConcurrentHashMap.newKeySet();
    private final ScheduledExecutorService pace = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("pool-changes").factory());
    private final SimpleInboundEventSource<WorkerPool> changes = new SimpleInboundEventSource<>("workers");
    private final Map<String, Written> written = new ConcurrentHashMap<>();
    private final Revisions revisions;
    private @Nullable IndexerResourceCache<WorkerPool> cache;

    /** The status that was last written, and when. */
    private record Written(WorkerPoolStatus status, Instant at) {}

    /** @param publicKey whose orders new workers obey, see {@link io.aicc.operator.control.ControlKey#publicKey} */
    public WorkerPoolReconciler(
            WarmPools pools, String publicKey, KubeWrites api, String namespace, InstantSource clock) {
        this.pools = pools;
        this.factory = new WorkerPodFactory(publicKey);
        this.revisions = new Revisions(factory, api::dryRun, clock);
        this.api = api;
        this.namespace = namespace;
        this.clock = clock;
        this.deletions = new PodDeletions(api, namespace);
        pools.onPoolChange(this::changed);
    }

    @Override
    public List<EventSource<?, WorkerPool>> prepareEventSources(EventSourceContext<WorkerPool> context) {
        cache = context.getPrimaryCache();
        return List.of(changes);
    }

    /** Tells the pools what WorkerPools there are, once the operator has started; before {@link WarmPools#begin}. */
    public void learn() {
        IndexerResourceCache<WorkerPool> known = cache;
        if (known != null) {
            known.list()
                    .forEach(resource -> learn(pools.pool(resource.getMetadata().getName()), resource));
        }
    }

    /** We lead: looks at every WorkerPool there is, those too that came while nobody here did. */
    public void begin() {
        IndexerResourceCache<WorkerPool> known = cache;
        if (known != null) {
            known.list().map(ResourceID::fromResource).forEach(changes::propagateEvent);
        }
    }

    /** Pods that wait to be created. */
    public int creationsWaiting() {
        return creations.getQueue().size();
    }

    /** Pods that wait to be deleted. */
    public int deletionsWaiting() {
        return deletions.waiting();
    }

    @Override
    public void close() {
        pace.shutdownNow();
        creations.shutdownNow();
        deletions.close();
    }

    @Override
    public UpdateControl<WorkerPool> reconcile(WorkerPool resource, Context<WorkerPool> context) {
        if (!pools.leading()) {
            return UpdateControl.noUpdate();
        }
        String name = resource.getMetadata().getName();
        WarmPool pool = pools.pool(name);
        if (context.isPrimaryResourceDeleted()) {
            pool.abandon();
            written.remove(name);
            revisions.forget(name);
            carryOut(name, pool, pool.plan());
            return UpdateControl.noUpdate();
        }
        Revisions.Decision decision = learn(pool, resource);
        Staffing.Plan plan = pool.plan();
        plan.make().forEach(making -> creations.execute(() -> make(decision.revision(), pool, making)));
        carryOut(name, pool, plan);
        try {
            return tell(resource, pool, decision);
        } catch (DeposedException e) {
            return UpdateControl.<WorkerPool>noUpdate().rescheduleAfter(DeposedException.LOOK_AGAIN.toMillis());
        }
    }

    private Revisions.Decision learn(WarmPool pool, WorkerPool resource) {
        Revisions.Decision decision = revisions.of(resource);
        pool.resource(resource, decision.revision().id());
        return decision;
    }

    /** All but what is to be made. */
    private void carryOut(String name, WarmPool pool, Staffing.Plan plan) {
        plan.mark().forEach(pod -> creations.execute(() -> mark(pool, pod)));
        deletions.add(plan.delete());
        for (String pod : plan.verify()) {
            if (!api.podExists(namespace, pod)) {
                pools.absent(pool, pod);
                changed(name);
            }
        }
    }

    private void make(Revision revision, WarmPool pool, Staffing.Making making) {
        try {
            api.create(factory.make(revision, making));
        } catch (DeposedException e) {
            pool.absent(making.pod());
        } catch (RuntimeException e) {
            String name = revision.pool().getMetadata().getName();
            boolean refused =
                    e instanceof KubernetesClientException answer && answer.getCode() >= 400 && answer.getCode() < 500;
            log.atError()
                    .addKeyValue("pool", name)
                    .addKeyValue("problem", e.getMessage())
                    .log(refused ? "worker pod refused by the api server" : "worker pod perhaps not made");
            if (refused) { // Otherwise it may exist all the same: its ports stay leased until that is known.
                pool.refused(making.pod(), String.valueOf(e.getMessage()));
                changed(name);
            }
        }
    }

    private void mark(WarmPool pool, String pod) {
        try {
            api.mark(namespace, pod, WorkerPodFactory.LIVE, WorkerPodFactory.HAS_TO_STAY);
        } catch (DeposedException e) {
            pool.unmarked(pod);
        } catch (RuntimeException e) {
            log.atWarn()
                    .addKeyValue("pod", pod)
                    .addKeyValue("problem", e.getMessage())
                    .log("worker pod could not be marked as live, trying again");
            pool.unmarked(pod);
        }
    }

    private void changed(String pool) {
        if (dirty.add(pool) && !pace.isShutdown()) {
            var unused = pace.schedule(
                    () -> {
                        dirty.remove(pool);
                        changes.propagateEvent(new ResourceID(pool, namespace));
                    },
                    PACE.toMillis(),
                    TimeUnit.MILLISECONDS);
        }
    }

    private UpdateControl<WorkerPool> tell(WorkerPool resource, WarmPool pool, Revisions.Decision decision) {
        Instant now = clock.instant();
        String name = resource.getMetadata().getName();
        Written before = written.get(name);
        WorkerPoolStatus known = before == null ? resource.getStatus() : before.status();
        WorkerPoolStatus status = status(resource, pool, decision, known == null ? null : known.conditions(), now);
        Instant again = earlier(pool.nextChance().orElse(Instant.MAX), decision.askAgain());
        if (decision.settled() && !status.equals(known)) {
            Instant due = before == null || changed(before.status(), status)
                    ? now
                    : before.at().plus(STATUS_INTERVAL);
            String applied = decision.refusal().isEmpty() ? WorkerPoolStatus.APPLIED : null;
            if (now.isBefore(due)) {
                again = earlier(again, due);
            } else if (api.replaceStatus(resource, WorkerPool::new, status, applied)
                    .isPresent()) {
                written.put(name, new Written(status, now));
                Conditions.ready(status.conditions())
                        .filter(condition -> !ORDINARY.contains(condition.getReason()))
                        .ifPresent(trouble -> api.warn(resource, trouble.getReason(), trouble.getMessage()));
            } else {
                again = now.plus(STATUS_INTERVAL); // Somebody else wrote: once more, on what the watch brings.
            }
        }
        UpdateControl<WorkerPool> control = UpdateControl.noUpdate();
        return again.equals(Instant.MAX)
                ? control
                : control.rescheduleAfter(
                        Math.max(10, Duration.between(now, again).toMillis()));
    }

    /** Whether they speak of two specs: by what is applied now a policy knows the pods that come. */
    private static boolean changed(WorkerPoolStatus before, WorkerPoolStatus now) {
        return !Objects.equals(before.observedGeneration(), now.observedGeneration());
    }

    private static Instant earlier(Instant one, Instant other) {
        return one.isBefore(other) ? one : other;
    }

    private static WorkerPoolStatus status(
            WorkerPool resource,
            WarmPool pool,
            Revisions.Decision decision,
            @Nullable List<Condition> before,
            Instant now) {
        Staffing.Counts counts = pool.counts();
        Standing standing = Standing.of(counts, pool.trouble(), pool.shortage()).but(decision.refusal());
        Long generation = resource.getMetadata().getGeneration();
        WorkerPoolStatus read = resource.getStatus();
        return new WorkerPoolStatus(
                counts.warm(),
                counts.starting(),
                counts.busy(),
                new WorkerPoolStatus.PortCounts(
                        counts.ports().free(),
                        counts.ports().leased(),
                        counts.ports().quarantined()),
                WorkerPodFactory.selector(resource.getMetadata().getName()),
                generation,
                decision.refusal().isEmpty() || read == null ? null : read.applied(), // Otherwise the server copies it.
                Conditions.ready(before, standing.ready(), standing.reason(), standing.message(), generation, now));
    }
}
