package io.aicc.worker.publish;

import io.aicc.runtime.Tasks;
import io.aicc.wire.MicroTime;
import io.aicc.wire.event.Event;
import io.aicc.wire.event.EventBody;
import io.aicc.wire.event.EventBody.SessionEnded;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way out for everything that is known of one call. Numbers events, keeps the durable ones in the {@link Outbox} until
 * every destination has them, and lets a {@link ReceiverConnection} per destination bring them there.
 *
 * <p>Thread-safe. One thread of its own, an event loop, does all the work: disk and network, hence no locks; audio never
 * waits for it. A process restarted in place opens a publisher of the same session and directory, and goes on.
 */
public final class TranscriptPublisher implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(TranscriptPublisher.class);

    /** Reason of an end that only the worker's process came to; the call may go on, in the same place too. */
    public static final String WORKER_STOPPED = "WorkerStopped";

    /** Events on their way to the loop: minutes of two talkative speakers. Interims may only take half of it. */
    private static final int MAX_QUEUED = 2048;

    private static final String STEP = "publish";
    private static final Duration GOODBYE = Duration.ofMillis(500);
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(2);

    private final SessionIdentity session;
    private final Tasks tasks;
    private final InstantSource clock;
    private final DeliveryTiming timing;
    private final PublishMetrics metrics;
    private final MultiThreadIoEventLoopGroup group;
    private final EventLoop loop;
    private final ChannelGroup channels;
    private final Outbox outbox;
    private final CoverageFile coverageFile;
    private final List<ReceiverConnection> connections;
    private final AtomicInteger queued = new AtomicInteger();
    private final AtomicLong overflowed = new AtomicLong();
    private final AtomicLong overflowedFinals = new AtomicLong();
    private final Untold untold = new Untold();
    private @Nullable CompletableFuture<Void> drained;
    private long publishedAt = System.nanoTime();
    private volatile long undelivered;
    private volatile @Nullable Supplier<Coverage> coverage;
    private volatile @Nullable Coverage deliveredCoverage;
    private volatile MissingFinals missingFinals;

    private TranscriptPublisher(
            SessionIdentity session,
            PublishSettings settings,
            Options options,
            Tasks tasks,
            MeterRegistry registry,
            InstantSource clock) {
        this.session = session;
        this.tasks = tasks;
        this.clock = clock;
        this.timing = options.timing();
        this.metrics = new PublishMetrics(registry);
        Path directory = OutboxDirectory.of(session, settings.directory());
        OldOutboxes.delete(settings.directory(), directory, Instant.now()); // The time by which files are stamped.
        this.outbox = Outbox.open(directory, options.limits(), session);
        this.metrics.full(outbox::isFull);
        this.coverageFile = CoverageFile.open(directory);
        this.group = new MultiThreadIoEventLoopGroup(
                1, new DefaultThreadFactory("publish", true), NioIoHandler.newFactory());
        this.loop = group.next();
        this.channels = new DefaultChannelGroup(loop);
        Network network = settings.network();
        SslContext tls = settings.destinations().stream().anyMatch(Destination::isSecure) ? network.tls() : null;
        ReceiverConnection.Shared shared = new ReceiverConnection.Shared(
                session, outbox, loop, channels, timing, tasks, metrics, this::progressed);
        this.connections = settings.destinations().stream()
                .map(it -> new ReceiverConnection(
                        it,
                        it.isSecure() ? new Route(tls, network.proxy()) : Route.PLAIN,
                        new TokenIssuer(it, settings.tokenLifetime(), clock),
                        Cursor.open(directory == null ? null : directory.resolve(it.name() + ".cursor")),
                        shared))
                .toList();
        this.missingFinals = countMissing();
    }

    /** What tests set otherwise. */
    record Options(DeliveryTiming timing, Outbox.Limits limits) {
        static final Options DEFAULT = new Options(DeliveryTiming.DEFAULT, Outbox.Limits.DEFAULT);
    }

    /** Opens the way out for a session and connects to every destination. Does not wait for them, and does not fail. */
    public static TranscriptPublisher open(
            SessionIdentity session,
            PublishSettings settings,
            Tasks tasks,
            MeterRegistry registry,
            InstantSource clock) {
        return open(session, settings, Options.DEFAULT, tasks, registry, clock);
    }

    static TranscriptPublisher open(
            SessionIdentity session,
            PublishSettings settings,
            Options options,
            Tasks tasks,
            MeterRegistry registry,
            InstantSource clock) {
        TranscriptPublisher publisher = new TranscriptPublisher(session, settings, options, tasks, registry, clock);
        publisher.start();
        return publisher;
    }

    private void start() {
        onLoop(() -> {
            progressed();
            connections.forEach(ReceiverConnection::connect);
        });
        long tick = timing.tick().toMillis();
        loop.scheduleWithFixedDelay(() -> tasks.step(STEP, this::tick), tick, tick, TimeUnit.MILLISECONDS);
    }

    private void onLoop(Runnable step) {
        loop.execute(() -> tasks.step(STEP, step));
    }

    /** How much of the session a process before this one had covered; empty when there was none. */
    public Optional<Coverage> before() {
        return coverageFile.before();
    }

    /** Keeps from now on, once a second, how much is covered. What that counts in has been published. */
    public void follow(Supplier<Coverage> now) {
        coverage = now;
        deliveredCoverage = now.get();
        onLoop(this::keepCoverage);
    }

    /** That without what finals and gaps tell that some receiver has not got; a second old. Null before {@link #follow}. */
    public @Nullable Coverage deliveredCoverage() {
        return deliveredCoverage;
    }

    private void keepCoverage() {
        Supplier<Coverage> source = coverage;
        if (source != null) {
            Coverage now = source.get();
            // Behind the finals that it counts in, which may be waiting for this loop.
            onLoop(() -> {
                Coverage kept = now.butNot(untold.starts()).butNot(outbox.firstWordsInMemoryFrom(deliveredToAll()));
                coverageFile.keep(kept);
                deliveredCoverage = kept.butNot(outbox.firstWordsFrom(deliveredToAll()));
            });
        }
    }

    /**
     * Sends an event to every destination. From any thread; never waits, never throws. The counts of a
     * {@link SessionEnded} are filled in here, where they are known; after it nothing more is sent. After a restart in place a
     * second {@link EventBody.SessionStarted} is sent only where the process before had ended with {@link #WORKER_STOPPED}.
     */
    public void publish(EventBody body) {
        int limit = body.durable() ? MAX_QUEUED : MAX_QUEUED / 2;
        Instant now = clock.instant();
        long since = System.nanoTime();
        if (queued.incrementAndGet() > limit) {
            queued.decrementAndGet();
            refuse(body);
            return;
        }
        try {
            onLoop(() -> {
                queued.decrementAndGet();
                accept(body, now);
                metrics.passedOn(System.nanoTime() - since);
            });
        } catch (RejectedExecutionException _) {
            refuse(body); // closed
        }
    }

    private void refuse(EventBody body) {
        if (body.durable()) {
            metrics.dropped();
            untold.lost(body);
            if (body instanceof EventBody.TranscriptFinal) {
                overflowedFinals.incrementAndGet();
            }
            if (overflowed.getAndIncrement() == 0) {
                log.atError().addKeyValue("type", body.type()).log("publisher overrun or closed, event dropped");
            }
        }
    }

    private void accept(EventBody body, Instant at) {
        if (!outbox.goesOnWith(body)) {
            return;
        }
        publishedAt = System.nanoTime();
        if (body instanceof SessionEnded) {
            tellUntold(at);
        }
        EventBody complete = body instanceof SessionEnded end ? withCounts(end) : body;
        Event event = number(complete, at);
        if (!complete.durable()) {
            connections.forEach(it -> it.published(event));
        } else if (outbox.append(event)) {
            connections.forEach(it -> it.published(event));
            tellUntold(at);
        } else {
            dropped(complete);
        }
        progressed();
    }

    private Event number(EventBody body, Instant at) {
        return new Event(
                Event.VERSION,
                UUID.randomUUID().toString(),
                session.callId(),
                session.sessionId(),
                outbox.nextSeq(),
                MicroTime.format(at),
                body);
    }

    private void dropped(EventBody body) {
        metrics.dropped();
        outbox.lost(body);
        untold.lost(body);
    }

    /** Once there is room again the timeline says where it is not whole; until then the metric and the log do. */
    private void tellUntold(Instant at) {
        if (outbox.isEnded()) {
            return;
        }
        for (EventBody.Gap gap : untold.gaps()) {
            Event event = number(gap, at);
            if (outbox.append(event)) {
                untold.told(gap);
                connections.forEach(it -> it.published(event));
            }
        }
    }

    private SessionEnded withCounts(SessionEnded end) {
        return new SessionEnded(
                end.reason(),
                end.durationMs(),
                outbox.finals(),
                outbox.sizeSinceBegun() + 1,
                outbox.dropped() + overflowed.get());
    }

    private void tick() {
        outbox.save();
        connections.forEach(ReceiverConnection::tick);
        keepCoverage();
        missingFinals = countMissing();
        if (System.nanoTime() - publishedAt > timing.heartbeat().toNanos()) {
            accept(new EventBody.Heartbeat(), clock.instant());
        }
    }

    private void progressed() {
        int delivered = deliveredToAll();
        outbox.deliveredToAll(delivered);
        undelivered = outbox.size() - delivered + outbox.dropped() + overflowed.get();
        if (drained != null && delivered == outbox.size()) {
            drained.complete(null);
        }
    }

    private int deliveredToAll() {
        return connections.stream()
                .mapToInt(ReceiverConnection::deliveredIndex)
                .min()
                .orElse(outbox.size());
    }

    /** Durable events so far that some receiver has not got yet, or never will; a moment old. */
    public long undelivered() {
        return undelivered;
    }

    /** The finals among those; a second old, but not after {@link #drain}. */
    public MissingFinals missingFinals() {
        return missingFinals;
    }

    /**
     * Waits until every destination has everything published before this call: acknowledged, or written where nobody
     * acknowledges.
     *
     * @param cap how long at most
     * @return final transcripts that some receiver has not got, 0 when nothing is missing
     */
    public long drain(Duration cap) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        try {
            onLoop(() -> {
                drained = done;
                progressed();
            });
            done.get(cap.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException _) {
            log.atWarn()
                    .addKeyValue("undelivered", undelivered)
                    .addKeyValue("cap_ms", cap.toMillis())
                    .log("drain cut short");
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | RejectedExecutionException e) {
            log.atWarn().setCause(e).log("drain after close");
        }
        return missingFinalsNow().all();
    }

    private MissingFinals missingFinalsNow() {
        try {
            return loop.submit(() -> missingFinals = countMissing()).get(CLOSE_LIMIT.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException | RejectedExecutionException e) {
            log.atWarn().setCause(e).log("publisher does not answer");
        }
        return new MissingFinals(undelivered, 0); // not less than the finals among them
    }

    private MissingFinals countMissing() {
        int delivered = deliveredToAll();
        long overflowed = overflowedFinals.get();
        return new MissingFinals(
                outbox.finalsFrom(delivered) + outbox.droppedFinals() + overflowed,
                outbox.unsavedFinalsFrom(delivered) + overflowed);
    }

    /** Ends the connections and the thread. What was not delivered stays on disk. Idempotent. */
    @Override
    public void close() {
        if (group.isShuttingDown()) {
            return;
        }
        try {
            loop.submit(() -> connections.forEach(ReceiverConnection::close)).awaitUninterruptibly(GOODBYE.toMillis());
            channels.newCloseFuture().awaitUninterruptibly(GOODBYE.toMillis());
            // One that does not take our goodbye; an event loop that ends does not reliably close what it leaves.
            channels.close().awaitUninterruptibly(GOODBYE.toMillis());
        } catch (RejectedExecutionException _) {
            // Closed at the same time by somebody else.
        }
        boolean ended = group.shutdownGracefully(0, CLOSE_LIMIT.toMillis(), TimeUnit.MILLISECONDS)
                .awaitUninterruptibly(CLOSE_LIMIT.plusSeconds(1).toMillis());
        if (!ended) {
            log.atError().log("publisher thread still busy, left behind");
            return;
        }
        outbox.close();
        coverageFile.close();
        metrics.close();
    }
}
