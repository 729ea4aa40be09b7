package io.aicc.operator.pool;

import io.aicc.crd.WorkerPool;
import io.aicc.crd.WorkerPoolStatus;
import io.aicc.operator.kube.Conditions;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a pool's pods as they should be: makes what is missing, deletes what is spent, tells in the status what stands. Runs
 * whenever a worker was taken or changed; runs of one pool never overlap, so nothing is made twice.
 */
@ControllerConfiguration
public final class WorkerPoolReconciler implements Reconciler<WorkerPool> {
    private static final Logger log = LoggerFactory.getLogger(WorkerPoolReconciler.class);

    /** A status is for people: no more often than this, however fast the calls come. */
    private static final Duration STATUS_INTERVAL = Duration.ofSeconds(1);

    private final WarmPools pools;
    private final WorkerPodFactory factory;
    private final KubeWrites api;
    private final String namespace;
    private final InstantSource clock;
    private final SimpleInboundEventSource<WorkerPool> changes = new SimpleInboundEventSource<>("workers");
    private final Map<String, Told> told = new ConcurrentHashMap<>();
    private @Nullable IndexerResourceCache<WorkerPool> cache;

    /** The status that was last written, and when. */
    private record Told(WorkerPoolStatus status, Instant at) {}

    /** @param publicKey whose orders new workers obey, see {@link io.aicc.operator.control.ControlKey#publicKey} */
    public WorkerPoolReconciler(
            WarmPools pools, String publicKey, KubeWrites api, String namespace, InstantSource clock) {
        this.pools = pools;
        this.factory = new WorkerPodFactory(publicKey);
        this.api = api;
        this.namespace = namespace;
        this.clock = clock;
        pools.onPoolChange(pool -> changes.propagateEvent(new ResourceID(pool, namespace)));
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
            known.list().forEach(resource -> {
                WarmPool pool = pools.pool(resource.getMetadata().getName());
                pool.resource(resource, factory.revision(resource));
            });
        }
    }

    @Override
    public UpdateControl<WorkerPool> reconcile(WorkerPool resource, Context<WorkerPool> context) throws Exception {
        if (!pools.leading()) {
            return UpdateControl.<WorkerPool>noUpdate().rescheduleAfter(Duration.ofMillis(100));
        }
        WarmPool pool = pools.pool(resource.getMetadata().getName());
        if (context.isPrimaryResourceDeleted()) {
            pool.abandon();
            told.remove(resource.getMetadata().getName());
        } else {
            pool.resource(resource, factory.revision(resource));
        }
        carryOut(resource, pool, pool.plan());
        return context.isPrimaryResourceDeleted() ? UpdateControl.noUpdate() : tell(resource, pool);
    }

    private void carryOut(WorkerPool resource, WarmPool pool, WarmPool.Plan plan) throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<Void>> writes = new ArrayList<>();
            plan.delete().forEach(pod -> writes.add(() -> delete(pool, pod)));
            plan.make().forEach(making -> writes.add(() -> make(resource, pool, making)));
            plan.verify().forEach(pod -> writes.add(() -> verify(pool, pod)));
            for (Future<Void> write : threads.invokeAll(writes)) {
                try {
                    write.get();
                } catch (ExecutionException e) {
                    throw e.getCause() instanceof Exception cause ? cause : e;
                }
            }
        }
    }

    private @Nullable Void make(WorkerPool resource, WarmPool pool, WarmPool.Making making) {
        try {
            api.create(factory.make(resource, making.pod(), making.ports()));
        } catch (KubernetesClientException e) {
            boolean refused = e.getCode() >= 400 && e.getCode() < 500;
            if (!refused) {
                throw e; // It may exist all the same: its ports stay leased until that is known.
            }
            log.atError()
                    .addKeyValue("pool", resource.getMetadata().getName())
                    .addKeyValue("problem", e.getMessage())
                    .log("worker pod refused by the api server");
            pool.refused(making.pod(), String.valueOf(e.getMessage()));
        }
        return null;
    }

    private @Nullable Void delete(WarmPool pool, String pod) {
        api.deletePod(namespace, pod);
        pool.deleting(pod);
        return null;
    }

    private @Nullable Void verify(WarmPool pool, String pod) {
        if (!api.podExists(namespace, pod)) {
            pool.absent(pod);
        }
        return null;
    }

    private UpdateControl<WorkerPool> tell(WorkerPool resource, WarmPool pool) {
        Instant now = clock.instant();
        String name = resource.getMetadata().getName();
        Told before = told.get(name);
        WorkerPoolStatus known = before == null ? resource.getStatus() : before.status();
        WorkerPoolStatus status = status(resource, pool, known == null ? null : known.conditions(), now);
        Instant again = pool.nextChance().orElse(Instant.MAX);
        if (!status.equals(known)) {
            Instant due = before == null ? now : before.at().plus(STATUS_INTERVAL);
            if (now.isBefore(due)) {
                again = due.isBefore(again) ? due : again;
            } else if (api.mergeStatus(resource, status).isPresent()) {
                told.put(name, new Told(status, now));
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

    private WorkerPoolStatus status(WorkerPool resource, WarmPool pool, @Nullable List<Condition> before, Instant now) {
        WarmPool.Counts counts = pool.counts();
        boolean full = counts.warm() >= counts.target() && counts.waiting() == 0;
        Claim.Waiting shortage = pool.shortage();
        String reason = full ? "WarmBufferFull" : pool.trouble().isPresent() ? "WorkersFail" : reason(shortage);
        String message = full
                ? "%d of %d idle workers ready".formatted(counts.warm(), counts.target())
                : pool.trouble().orElse(shortage.message());
        Long generation = resource.getMetadata().getGeneration();
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
                Conditions.ready(before, full, reason, message, generation, now));
    }

    private static String reason(Claim.Waiting shortage) {
        return shortage.shortage() == Claim.Shortage.NoWarmWorker
                ? "Filling"
                : shortage.shortage().name();
    }
}
