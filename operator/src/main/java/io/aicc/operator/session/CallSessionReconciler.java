package io.aicc.operator.session;

import io.aicc.crd.CallSession;
import io.aicc.crd.CallSessionStatus;
import io.aicc.crd.Phase;
import io.aicc.operator.kube.DeposedException;
import io.aicc.operator.kube.KubeWrites;
import io.aicc.operator.pool.Remembered;
import io.aicc.operator.pool.WarmPools;
import io.aicc.operator.pool.Worker;
import io.aicc.operator.port.PortPair;
import io.aicc.wire.control.WorkerReport.State;
import io.javaoperatorsdk.operator.api.config.informer.Field;
import io.javaoperatorsdk.operator.api.config.informer.Informer;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.IndexerResourceCache;
import io.javaoperatorsdk.operator.processing.event.source.inbound.SimpleInboundEventSource;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * Brings every change around a CallSession (of its record, of its worker) to its {@link StateMachine}. Thread-safe; runs of
 * one session never overlap.
 * A session that is over leaves its sight, see {@link EndedRecords}.
 */
@ControllerConfiguration(
        informer =
                @Informer(
                        fieldSelector = {
                            @Field(path = "status.phase", value = "Ended", negated = true),
                            @Field(path = "status.phase", value = "Failed", negated = true)
                        }))
public final class CallSessionReconciler implements Reconciler<CallSession>, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(CallSessionReconciler.class);

    private static final String BY_UID = "uid";
    private static final String CALL_ID = "call_id";

    private final WarmPools pools;
    private final KubeWrites api;
    private final InstantSource clock;
    private final SessionMetrics metrics;
    private final SimpleInboundEventSource<CallSession> workerChanges = new SimpleInboundEventSource<>("workers");
    private final EndOrders endOrders = new EndOrders();
    private final Orphans orphans;
    private final EndedRecords ended;
    private final ScheduledExecutorService sweeper = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("orphans").factory());
    private final ScheduledExecutorService cleaner = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("ended-records").factory());
    private volatile @Nullable IndexerResourceCache<CallSession> cache;
    private volatile @Nullable StateMachine machine;

    /** @param home where sessions are, and the archive of what they add up to */
    public CallSessionReconciler(
            WarmPools pools, KubeWrites api, Home home, PrometheusMeterRegistry registry, InstantSource clock) {
        this.pools = pools;
        this.api = api;
        this.clock = clock;
        this.metrics = new SessionMetrics(registry, clock);
        this.ended = new EndedRecords(api, pools, home, clock, uid -> byUid(uid).isPresent());
        this.orphans = new Orphans(
                pools, ended, endOrders, metrics, clock, uid -> byUid(uid).isPresent());
        registry.getPrometheusRegistry().register(new TotalsMetrics(ended::totals));
        metrics.unserved(this::unserved);
        pools.onSessionChange(this::workerChanged);
        var sweeping = sweeper.scheduleWithFixedDelay(orphans::sweep, 1, 1, TimeUnit.SECONDS);
        var listening = sweeper.scheduleWithFixedDelay(pools::listen, 1, 1, TimeUnit.SECONDS);
        var cleaning = cleaner.scheduleWithFixedDelay(ended::sweep, 1, 1, TimeUnit.SECONDS);
    }

    /**
     * Where the operator's own is.
     *
     * @param namespace of the sessions
     * @param archive name of the ConfigMap that has the totals of sessions whose records are gone
     */
    public record Home(String namespace, String archive) {}

    @Override
    public List<EventSource<?, CallSession>> prepareEventSources(EventSourceContext<CallSession> context) {
        IndexerResourceCache<CallSession> primaries = context.getPrimaryCache();
        primaries.addIndexers(
                Map.of(BY_UID, session -> List.of(session.getMetadata().getUid())));
        cache = primaries;
        return List.of(workerChanges);
    }

    @Override
    public UpdateControl<CallSession> reconcile(CallSession session, Context<CallSession> context) {
        if (!pools.leading()) {
            return UpdateControl.noUpdate();
        }
        MDC.put(CALL_ID, session.getSpec().callId());
        try {
            TimeLimits limits = TimeLimits.of(pools.resource(Call.pool(session)));
            Call call = new Call(session, clock.instant(), limits);
            if (context.isPrimaryResourceDeleted()) {
                machine(context).forget(call);
                gone(call);
                return UpdateControl.noUpdate();
            }
            return switch (machine(context).run(call)) {
                case Outcome.RequeueAfter(Duration delay) ->
                    UpdateControl.<CallSession>noUpdate().rescheduleAfter(Math.max(1, delay.toMillis()));
                case Outcome.Proceed(), Outcome.Done() -> UpdateControl.noUpdate();
            };
        } catch (DeposedException e) {
            return UpdateControl.<CallSession>noUpdate().rescheduleAfter(DeposedException.LOOK_AGAIN.toMillis());
        } finally {
            MDC.remove(CALL_ID);
        }
    }

    /** A change of the spec, or a status that lost what we wrote or has it otherwise: our own writes bring nothing new. */
    public static boolean concernsUs(CallSession now, CallSession before) {
        CallSessionStatus written = before.getStatus();
        CallSessionStatus found = Objects.requireNonNullElse(now.getStatus(), CallSessionStatus.EMPTY);
        boolean meddledWith = written != null
                && (written.phase() != null && found.phase() == null
                        || written.mediaEndpoint() != null
                                && !written.mediaEndpoint().equals(found.mediaEndpoint())
                        || written.worker() != null && !written.worker().equals(found.worker()));
        return meddledWith
                || !Objects.equals(
                        now.getMetadata().getGeneration(), before.getMetadata().getGeneration());
    }

    /** We lead: looks at every session there is. */
    public void begin() {
        IndexerResourceCache<CallSession> known = cache;
        if (known != null) {
            known.list().map(ResourceID::fromResource).forEach(workerChanges::propagateEvent);
        }
    }

    /**
     * What the records say of workers and ports, for the pools to start from.
     *
     * @param epoch a number that no leader before us had
     */
    public List<Remembered> memories(long epoch) {
        List<Remembered> memories = new ArrayList<>();
        ended.lead(epoch, session -> freed(session).ifPresent(memories::add));
        IndexerResourceCache<CallSession> known = cache;
        if (known != null) {
            known.list()
                    .forEach(session -> takeIn(session, live -> {
                        serving(live).ifPresent(memories::add);
                        counted(live).ifPresent(memories::add);
                        freed(live).ifPresent(memories::add);
                    }));
        }
        return memories;
    }

    /** Reads a record before we lead: one that makes no sense keeps nobody from the others, and us not from leading. */
    static void takeIn(CallSession session, Consumer<CallSession> reader) {
        try {
            reader.accept(session);
        } catch (RuntimeException e) {
            log.atError()
                    .setCause(e)
                    .addKeyValue("session", session.getMetadata().getName())
                    .log("record of a session makes no sense, leading without all that it says");
        }
    }

    @Override
    public void close() {
        sweeper.shutdownNow();
        cleaner.shutdownNow();
        endOrders.close();
    }

    /** Made on the first run: only the framework can tell where our own writes have to be put for the next run to see. */
    private StateMachine machine(Context<CallSession> context) {
        StateMachine made = machine;
        if (made == null) {
            var source = context.eventSourceRetriever().getControllerEventSource();
            SessionRecord record = new SessionRecord(
                    api, (before, now) -> source.handleRecentResourceUpdate(ResourceID.fromResource(now), now, before));
            made = new StateMachine(pools, record, ended, endOrders, metrics);
            machine = made;
        }
        return made;
    }

    private void workerChanged(String pool, String session) {
        Optional<CallSession> known = byUid(session);
        if (known.isPresent()) {
            workerChanges.propagateEvent(ResourceID.fromResource(known.get()));
        } else if (ended.has(session)) {
            over(pool, session);
        } else {
            orphans.suspect(pool, session);
        }
    }

    /** A session is out of our sight: over, or deleted in mid-call. */
    private void gone(Call call) {
        if (ended.has(call.uid()) || ended.find(call.session())) {
            over(call.pool(), call.uid());
        } else {
            orphans.deleted(call.pool(), call.uid());
        }
    }

    /** Its record says that a session is over. If its worker knows nothing of that, it was not us who wrote it. */
    private void over(String pool, String session) {
        Optional<Worker> worker = pools.serving(pool, session);
        boolean live = worker.filter(known -> known.serves(session) && !known.is(State.DONE))
                .isPresent();
        if (live || orphans.has(session)) {
            orphans.deleted(pool, session);
        } else {
            worker.ifPresent(left -> pools.dismiss(pool, left));
            pools.forget(pool, session);
        }
    }

    /** How many calls live and have no worker, that had one. */
    private long unserved() {
        IndexerResourceCache<CallSession> known = cache;
        return known == null || !pools.leading()
                ? 0
                : known.list().filter(this::isUnserved).count();
    }

    private boolean isUnserved(CallSession session) {
        CallSessionStatus status = session.getStatus();
        return status != null
                && (status.phase() == Phase.Ready || status.phase() == Phase.Active)
                && session.getSpec().ended() == null
                && pools.serving(Call.pool(session), session.getMetadata().getUid())
                        .isEmpty();
    }

    private Optional<CallSession> byUid(String uid) {
        IndexerResourceCache<CallSession> known = cache;
        return known == null
                ? Optional.empty()
                : known.byIndex(BY_UID, uid).stream().findFirst();
    }

    private static Optional<Remembered> serving(CallSession session) {
        return Optional.ofNullable(session.getStatus())
                .filter(status -> status.phase() != null)
                .map(CallSessionStatus::worker)
                .map(worker -> new Remembered.Serving(
                        Call.pool(session), session.getMetadata().getUid(), worker.uid()));
    }

    private static Optional<Remembered> counted(CallSession session) {
        return Optional.ofNullable(session.getStatus())
                .flatMap(status -> EarlierWorkers.read(status.earlier()))
                .map(earlier -> new Remembered.Counted(
                        Call.pool(session), session.getMetadata().getUid(), earlier));
    }

    /** Whoever's pod is gone has its pair at rest: since the sockets were closed, or since now if nobody saw that. */
    private Optional<Remembered> freed(CallSession session) {
        CallSessionStatus status = Objects.requireNonNullElse(session.getStatus(), CallSessionStatus.EMPTY);
        CallSessionStatus.MediaEndpoint endpoint = status.mediaEndpoint();
        CallSessionStatus.WorkerReference worker = status.worker();
        Optional<String> closed = Optional.ofNullable(status.times()).map(CallSessionStatus.Times::mediaClosed);
        return endpoint == null || worker == null
                ? Optional.empty()
                : Optional.of(new Remembered.Freed(
                        Call.pool(session),
                        worker.pod(),
                        new PortPair(endpoint.customerPort()),
                        closed.flatMap(Call::time).orElseGet(clock::instant)));
    }
}
