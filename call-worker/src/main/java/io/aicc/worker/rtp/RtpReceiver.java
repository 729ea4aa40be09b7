package io.aicc.worker.rtp;

import static java.util.Objects.requireNonNull;

import io.aicc.runtime.Tasks;
import io.aicc.wire.control.WorkerReport.StreamCounters;
import io.aicc.wire.event.Channel;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * The two UDP sockets of a worker and what is heard on them. They are bound while the worker is still warm, and no packet is
 * heard until {@link #hear} gives them the one call of their life: then those of the last seconds whose sender it names, if another
 * worker had it before. Thread-safe.
 *
 * <p>Each speaker has a thread: it reads a packet, checks it, orders it, decodes it, and calls the {@link FrameConsumer}. A third
 * one looks at them ten times a second: while a consumer takes long, it reads what arrives into the speaker's ring.
 */
public final class RtpReceiver implements AutoCloseable {
    /** A packet that is read later than this looks late on the timeline, which bears with 200 ms. */
    private static final long WATCH_MS = 100;

    /** While somebody is read for: a flood fills a socket's buffer of 700 packets soon. */
    private static final long RELIEVE_MS = 10;

    private static final long LAST_READS_MS = 2;
    private static final int MAX_LAST_READS = 50;

    private final RtpSettings settings;
    private final Tasks tasks;
    private final LongSupplier nanoClock;
    private final Map<Channel, StreamPort> ports = new EnumMap<>(Channel.class);
    private final Map<Channel, Ear> ears = new EnumMap<>(Channel.class);
    private final List<Thread> threads = new ArrayList<>();
    private final CountDownLatch closed = new CountDownLatch(1);
    private boolean hearing;
    private boolean closing;

    private RtpReceiver(RtpSettings settings, Tasks tasks, MeterRegistry registry, LongSupplier nanoClock) {
        this.settings = settings;
        this.tasks = tasks;
        this.nanoClock = nanoClock;
        for (Channel speaker : Channel.values()) {
            ports.put(speaker, new StreamPort(speaker, nanoClock));
        }
        register(registry);
    }

    /**
     * Binds both sockets.
     *
     * @param tasks runs the threads
     * @param nanoClock tells times like {@link System#nanoTime()}
     * @throws IOException when a port cannot be had; the message says which and why
     */
    public static RtpReceiver bind(RtpSettings settings, Tasks tasks, MeterRegistry registry, LongSupplier nanoClock)
            throws IOException {
        RtpReceiver receiver = new RtpReceiver(settings, tasks, registry, nanoClock);
        try {
            receiver.bind(Channel.CUSTOMER, settings.customerPort());
            receiver.bind(Channel.AGENT, settings.agentPort());
        } catch (IOException e) {
            receiver.ears.values().forEach(Ear::close);
            throw e;
        }
        receiver.start();
        return receiver;
    }

    private void bind(Channel speaker, int port) throws IOException {
        try {
            MediaSocket socket = MediaSocket.bind(
                    new InetSocketAddress(settings.address(), port),
                    settings.limits().socketBufferBytes(),
                    port(speaker));
            ears.put(speaker, new Ear(port(speaker), socket, nanoClock));
        } catch (IOException e) {
            String socket = "UDP port %d (%s) on %s"
                    .formatted(port, speaker.label(), settings.address().getHostAddress());
            boolean taken = String.valueOf(e.getMessage()).contains("already in use");
            throw taken
                    ? new BindException(socket + " is taken by another process")
                    : new IOException(socket + " cannot be bound: " + e.getMessage(), e);
        }
    }

    private void start() {
        ears.forEach((speaker, ear) -> threads.add(tasks.startComputing(speaker.label() + "-audio", ear::run)));
        threads.add(tasks.startComputing("rtp-watch", this::watch));
    }

    private void register(MeterRegistry registry) {
        ports.forEach((speaker, port) -> FunctionCounter.builder(
                        "aicc_udp_packets_total", port.stats(), StreamStats::received)
                .description("RTP packets heard")
                .tag("stream", speaker.label())
                .register(registry));
        for (RejectReason reason : RejectReason.values()) {
            FunctionCounter.builder("aicc_udp_dropped_total", ports, all -> all.values().stream()
                            .mapToLong(port -> port.stats().rejected(reason))
                            .sum())
                    .description("UDP packets refused or dropped")
                    .tag("reason", reason.label())
                    .register(registry);
        }
    }

    /** The UDP port that is bound, also when any free one was asked for. */
    public int localPort(Channel speaker) {
        return ear(speaker).localPort();
    }

    /** What the speaker's stream amounts to so far. */
    public StreamCounters counters(Channel speaker) {
        return port(speaker).stats().snapshot();
    }

    /**
     * From now on the sockets hear this call. Returns when they do.
     *
     * @param customer hears the customer, on a thread of its own
     * @param agent hears the agent, on another
     * @throws IllegalStateException when there was a call before
     */
    public synchronized void hear(MediaPlan plan, FrameConsumer customer, FrameConsumer agent) {
        if (closing || hearing) {
            throw new IllegalStateException("a receiver hears one call, and this one has had its call");
        }
        hearing = true;
        long now = nanoClock.getAsLong();
        open(Channel.CUSTOMER, plan, plan.customer(), customer, now);
        open(Channel.AGENT, plan, plan.agent(), agent, now);
        notifyAll();
    }

    private void open(Channel speaker, MediaPlan plan, SourceRule rule, FrameConsumer consumer, long now) {
        StreamFormat format = StreamFormat.of(plan.codec());
        PacketRing ring =
                new PacketRing(format.maxPayloadBytes(), settings.limits().queuedPackets());
        MediaTimeline timeline =
                new MediaTimeline(format.sampleRateHz(), now - plan.sinceReady().toNanos());
        PacketGate gate = new PacketGate(
                format,
                rule,
                port(speaker).formerSources(),
                port(speaker).stats(),
                ring,
                settings.limits().packetsPerSecond(),
                now);
        ear(speaker).open(gate, new Speaker(format, ring, timeline, consumer, nanoClock), plan.isTakenOver());
    }

    /**
     * The PBX sends from elsewhere: a new tap on the same call. The timeline goes on. A rule that stays the same changes
     * nothing.
     *
     * @throws IllegalStateException when there is no call
     */
    public synchronized void retap(SourceRule customer, SourceRule agent) {
        if (closing || !hearing) {
            throw new IllegalStateException("no call to tap again");
        }
        ear(Channel.CUSTOMER).retap(customer);
        ear(Channel.AGENT).retap(agent);
    }

    /**
     * Closes the sockets, after reading what the kernel holds for them, and returns; what is queued is still consumed, then the
     * consumers are told the end. Idempotent.
     */
    public synchronized void closeSockets() {
        closing = true;
        notifyAll();
    }

    private void watch() throws InterruptedException {
        try {
            long pause = WATCH_MS;
            while (!closesWithin(pause)) {
                boolean busy = false;
                for (Ear ear : ears.values()) {
                    busy |= ear.relieve();
                }
                pause = busy ? RELIEVE_MS : WATCH_MS;
            }
            readLast();
        } finally {
            ears.values().forEach(Ear::close);
            closed.countDown();
        }
    }

    /** Waits so long, and without a call for as long as it takes: then there is no consumer to wait for. */
    private synchronized boolean closesWithin(long millis) throws InterruptedException {
        if (!closing) {
            wait(hearing ? millis : 0);
        }
        return closing;
    }

    /** Reads until that brings nothing; a flood cannot put the end off for more than 100 ms. */
    private void readLast() throws InterruptedException {
        long before = -1;
        for (int i = 0; i < MAX_LAST_READS; i++) {
            long arrived = ears.values().stream().mapToLong(Ear::readOn).sum();
            if (arrived == before) {
                return;
            }
            before = arrived;
            Thread.sleep(LAST_READS_MS);
        }
    }

    /**
     * Waits until the sockets are closed: nobody hears what comes now, and the ports are free.
     *
     * @return whether that happened in time
     */
    public boolean awaitClosed(Duration limit) throws InterruptedException {
        return closed.await(limit.toNanos(), TimeUnit.NANOSECONDS);
    }

    /**
     * Waits until the sockets are closed and both consumers were told the end.
     *
     * @return whether that happened in time
     */
    public boolean awaitEnd(Duration limit) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        boolean ended = awaitClosed(limit);
        for (Thread thread : threads) {
            ended &= thread.join(Duration.ofNanos(Math.max(0, deadline - System.nanoTime())));
        }
        return ended;
    }

    /** Closes the sockets. Whoever cares for the last words calls {@link #awaitEnd} after it. */
    @Override
    public void close() {
        closeSockets();
    }

    private Ear ear(Channel speaker) {
        return requireNonNull(ears.get(speaker));
    }

    private StreamPort port(Channel speaker) {
        return requireNonNull(ports.get(speaker));
    }
}
