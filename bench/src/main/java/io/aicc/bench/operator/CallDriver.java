package io.aicc.bench.operator;

import io.aicc.crd.CallSession;
import io.aicc.crd.CallSessionSpec;
import io.aicc.crd.CallSessionStatus;
import io.aicc.crd.Phase;
import io.aicc.wire.MicroTime;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.net.HttpURLConnection;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Places calls at a fixed rate, as many ARI controllers together would, and sees by a watch when each is served and over. */
final class CallDriver implements AutoCloseable {
    private final KubernetesClient client;
    private final String namespace;
    private final Duration patience;
    private final Consumer<CallSession> onReady;
    private final AtomicInteger staying = new AtomicInteger();
    private final Map<String, Seen> calls = new ConcurrentHashMap<>();
    private final SharedIndexInformer<CallSession> watch;

    /** When a call reached a phase, in {@link System#nanoTime()}. */
    private record Seen(
            CompletableFuture<Long> given,
            CompletableFuture<Long> ready,
            CompletableFuture<Long> ended,
            CompletableFuture<Long> closedAfterMicros) {
        Seen() {
            this(
                    new CompletableFuture<>(),
                    new CompletableFuture<>(),
                    new CompletableFuture<>(),
                    new CompletableFuture<>());
        }
    }

    /**
     * One call.
     *
     * @param givenMicros from asking for its creation until a worker was given it; −1 when we were not told
     * @param readyMicros from asking for its creation until its worker was seen to have it; −1 when that never happened
     * @param endedMicros from asking for its end until it was seen to be over; −1 when that never happened
     * @param closedMicros from the hang-up until its ports were closed, as its record says; −1 when it does not
     */
    record Timing(long givenMicros, long readyMicros, long endedMicros, long closedMicros) {
        boolean served() {
            return readyMicros >= 0 && endedMicros >= 0;
        }
    }

    /**
     * @param patience how long a call may take to be served, and to be over
     * @param onReady does what the call's audio would
     */
    CallDriver(KubernetesClient client, String namespace, Duration patience, Consumer<CallSession> onReady) {
        this.client = client;
        this.namespace = namespace;
        this.patience = patience;
        this.onReady = onReady;
        watch = client.resources(CallSession.class).inNamespace(namespace).inform(new ResourceEventHandler<>() {
            @Override
            public void onAdd(CallSession session) {
                look(session);
            }

            @Override
            public void onUpdate(CallSession before, CallSession session) {
                look(session);
            }

            @Override
            public void onDelete(CallSession session, boolean unknown) {}
        });
    }

    /**
     * Places calls and returns when all are over.
     *
     * @param hold how long each lasts once it is served
     */
    List<Timing> place(String prefix, int perSecond, int calls, Duration hold) throws InterruptedException {
        return each(prefix, perSecond, calls, name -> live(name, hold));
    }

    /** Places calls that stay, more than a pool holds in a further one; returns how many of them got their worker. */
    int hold(String prefix, int perSecond, int calls) throws InterruptedException {
        return (int) each(prefix, perSecond, calls, this::stay).stream()
                .filter(micros -> micros >= 0)
                .count();
    }

    /** How many of these are heard by the worker that they had first. */
    int unharmed(String prefix) {
        return (int) watch.getStore().list().stream()
                .filter(session -> session.getMetadata().getName().startsWith(prefix))
                .filter(session -> phase(session) == Phase.Active)
                .map(session -> Objects.requireNonNull(session.getStatus()).mediaEndpoint())
                .filter(endpoint -> endpoint != null && endpoint.generation() == 1)
                .count();
    }

    /** A worker has been given this call. */
    void given(String name) {
        Seen seen = calls.get(name);
        if (seen != null) {
            seen.given().complete(System.nanoTime());
        }
    }

    @Override
    public void close() {
        watch.close();
    }

    /** As many callers as that, each with one call after the other, until the time is over. */
    List<Timing> crowd(String prefix, int callers, Duration time) throws InterruptedException {
        long until = System.nanoTime() + time.toNanos();
        return each(prefix, callers, callers, name -> {
                    List<Timing> timings = new ArrayList<>();
                    for (int i = 0; System.nanoTime() < until; i++) {
                        timings.add(live(name + "-" + i, Duration.ZERO));
                    }
                    return timings;
                })
                .stream()
                .flatMap(List::stream)
                .toList();
    }

    private interface Course<T> {
        T run(String name) throws InterruptedException, ExecutionException;
    }

    /** Begins so many a second, each on a thread of its own; returns when all are through. */
    private static <T> List<T> each(String prefix, int perSecond, int calls, Course<T> course)
            throws InterruptedException {
        List<Future<T>> running = new ArrayList<>();
        List<T> results = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            long start = System.nanoTime();
            for (int i = 0; i < calls; i++) {
                String name = prefix + "-" + i;
                TimeUnit.NANOSECONDS.sleep(start + i * 1_000_000_000L / perSecond - System.nanoTime());
                running.add(threads.submit(() -> course.run(name)));
            }
            for (Future<T> call : running) {
                results.add(call.get());
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException("a call broke off: " + e.getCause(), e);
        }
        return results;
    }

    private Timing live(String name, Duration hold) throws InterruptedException, ExecutionException {
        Seen seen = calls.computeIfAbsent(name, key -> new Seen());
        try {
            long created = System.nanoTime();
            long ready = serve(name, PlayedCluster.POOL);
            if (ready < 0) {
                return new Timing(-1, -1, -1, -1);
            }
            Thread.sleep(hold);
            long hungUp = System.nanoTime();
            client.resource(session(name, PlayedCluster.POOL))
                    .patch(
                            PatchContext.of(PatchType.JSON_MERGE),
                            "{\"spec\":{\"ended\":{\"at\":\"%s\",\"reason\":\"CustomerHangup\"}}}"
                                    .formatted(MicroTime.format(Instant.now())));
            long given = seen.given().getNow(-1L);
            long ended = micros(hungUp, seen.ended());
            return new Timing(
                    given < 0 ? -1 : (given - created) / 1000,
                    ready,
                    ended,
                    seen.closedAfterMicros().getNow(-1L));
        } catch (KubernetesClientException e) {
            return new Timing(-1, -1, -1, -1); // An API server that is too slow, or refuses: counted as not served.
        } finally {
            calls.remove(name);
        }
    }

    private long stay(String name) throws InterruptedException, ExecutionException {
        boolean room = staying.getAndIncrement() < PlayedCluster.STAY_IN_A_POOL;
        return serve(name, room ? PlayedCluster.POOL : PlayedCluster.FURTHER_POOL);
    }

    /** Creates the session; how long its worker took, −1 when none came, microseconds. */
    private long serve(String name, String pool) throws InterruptedException, ExecutionException {
        Seen seen = calls.computeIfAbsent(name, key -> new Seen());
        long created = System.nanoTime();
        create(name, pool);
        return micros(created, seen.ready());
    }

    private long micros(long from, CompletableFuture<Long> happened) throws InterruptedException, ExecutionException {
        try {
            return (happened.get(patience.toMillis(), TimeUnit.MILLISECONDS) - from) / 1000;
        } catch (TimeoutException e) {
            return -1;
        }
    }

    /** A request whose answer is late the client sends again: that the session exists then says that it was made. */
    private void create(String name, String pool) {
        try {
            var unused = client.resource(session(name, pool)).create();
        } catch (KubernetesClientException e) {
            if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
                throw e;
            }
        }
    }

    private CallSession session(String name, String pool) {
        CallSession session = new CallSession();
        session.setMetadata(
                new ObjectMetaBuilder().withName(name).withNamespace(namespace).build());
        session.setSpec(new CallSessionSpec(
                name,
                "+1 555 0100",
                "agent-7",
                "en-US",
                null,
                null,
                pool,
                MicroTime.format(Instant.now()),
                null,
                null,
                null));
        return session;
    }

    private void look(CallSession session) {
        long now = System.nanoTime();
        Phase phase = phase(session);
        Seen seen = calls.get(session.getMetadata().getName());
        if (phase == null || seen == null) {
            return;
        }
        if (phase.compareTo(Phase.Ready) >= 0 && seen.ready().complete(now)) {
            onReady.accept(session);
        }
        if (phase == Phase.Ended) {
            closedAfter(session).ifPresent(seen.closedAfterMicros()::complete);
            seen.ended().complete(now);
        }
    }

    private static Optional<Long> closedAfter(CallSession session) {
        return Optional.ofNullable(session.getStatus())
                .map(CallSessionStatus::times)
                .map(CallSessionStatus.Times::mediaClosed)
                .flatMap(closed -> Optional.ofNullable(session.getSpec().ended())
                        .map(end -> ChronoUnit.MICROS.between(MicroTime.parse(end.at()), MicroTime.parse(closed))));
    }

    private static @Nullable Phase phase(CallSession session) {
        CallSessionStatus status = session.getStatus();
        return status == null ? null : status.phase();
    }
}
