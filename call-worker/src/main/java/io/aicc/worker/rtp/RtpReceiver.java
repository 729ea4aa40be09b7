package io.aicc.worker.rtp;

import static java.util.Objects.requireNonNull;

import io.aicc.runtime.Tasks;
import io.aicc.wire.control.WorkerReport.StreamCounters;
import io.aicc.wire.event.Channel;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.channel.IoEventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * The two UDP sockets of a worker and what is heard on them. They are bound while the worker is still warm, and every packet is
 * refused until {@link #lock} gives them the one call of their life. Thread-safe.
 *
 * <p>One thread receives: it checks each packet, orders it, copies it into the speaker's ring, and never waits. One thread per
 * speaker takes from there, decodes, and calls the {@link FrameConsumer}.
 */
public final class RtpReceiver implements AutoCloseable {
    private static final long TICK_MS = 50;
    private static final long LAST_READS_MS = 2;
    private static final int MAX_LAST_READS = 50;

    private final RtpSettings settings;
    private final Tasks tasks;
    private final LongSupplier nanoClock;
    private final MultiThreadIoEventLoopGroup loops;
    private final IoEventLoop loop;
    private final Map<Channel, StreamPort> ports = new EnumMap<>(Channel.class);
    private final Map<Channel, MediaSocket> sockets = new EnumMap<>(Channel.class);
    private final List<Thread> speakers = new ArrayList<>();
    private boolean closing;

    private RtpReceiver(RtpSettings settings, Tasks tasks, MeterRegistry registry, LongSupplier nanoClock) {
        this.settings = settings;
        this.tasks = tasks;
        this.nanoClock = nanoClock;
        loops = new MultiThreadIoEventLoopGroup(
                1, new DefaultThreadFactory("rtp-receiver", true), NioIoHandler.newFactory());
        loop = loops.next();
        for (Channel speaker : Channel.values()) {
            ports.put(speaker, new StreamPort(speaker, nanoClock));
        }
        register(registry);
    }

    /**
     * Binds both sockets.
     *
     * @param tasks runs a thread for each speaker once there is a call
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
            receiver.close();
            throw e;
        }
        return receiver;
    }

    private void bind(Channel speaker, int port) throws IOException {
        try {
            MediaSocket socket = MediaSocket.bind(
                    new InetSocketAddress(settings.address(), port),
                    settings.limits().socketBufferBytes(),
                    port(speaker));
            sockets.put(speaker, socket);
            socket.listen(loop);
        } catch (IOException e) {
            String socket = "UDP port %d (%s) on %s"
                    .formatted(port, label(speaker), settings.address().getHostAddress());
            boolean taken = String.valueOf(e.getMessage()).contains("already in use");
            throw taken
                    ? new BindException(socket + " is taken by another process")
                    : new IOException(socket + " cannot be bound: " + e.getMessage(), e);
        }
    }

    private void register(MeterRegistry registry) {
        ports.forEach((speaker, port) -> FunctionCounter.builder(
                        "aicc_udp_packets_total", port.stats(), StreamStats::received)
                .description("RTP packets heard")
                .tag("stream", label(speaker))
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
        return requireNonNull(sockets.get(speaker)).localPort();
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
    public synchronized void lock(MediaPlan plan, FrameConsumer customer, FrameConsumer agent) {
        if (closing || !speakers.isEmpty()) {
            throw new IllegalStateException("a receiver hears one call, and this one has had its call");
        }
        StreamFormat format = StreamFormat.of(plan.codec());
        long zero = nanoClock.getAsLong() - plan.sinceReady().toNanos();
        PacketGate customerGate = open(Channel.CUSTOMER, format, plan.customer(), zero, customer);
        PacketGate agentGate = open(Channel.AGENT, format, plan.agent(), zero, agent);
        onLoop(() -> {
            if (plan.sinceReady().isPositive()) {
                // Taken over, perhaps after a restart in place: who sends here already may be the call's PBX.
                ports.values().forEach(port -> port.formerSources().clear());
            }
            port(Channel.CUSTOMER).open(customerGate);
            port(Channel.AGENT).open(agentGate);
            loop.scheduleAtFixedRate(
                    () -> ports.values().forEach(StreamPort::tick), TICK_MS, TICK_MS, TimeUnit.MILLISECONDS);
        });
    }

    private PacketGate open(
            Channel speaker, StreamFormat format, SourceRule rule, long zeroNanos, FrameConsumer consumer) {
        PacketRing ring =
                new PacketRing(format.maxPayloadBytes(), settings.limits().queuedPackets());
        MediaTimeline timeline = new MediaTimeline(format.sampleRateHz(), zeroNanos);
        Speaker work = new Speaker(format, ring, timeline, consumer, nanoClock);
        speakers.add(tasks.startComputing(label(speaker) + "-audio", work::run));
        return new PacketGate(
                format,
                rule,
                port(speaker).formerSources(),
                port(speaker).stats(),
                ring,
                settings.limits().packetsPerSecond(),
                nanoClock.getAsLong());
    }

    /**
     * The PBX sends from elsewhere: a new tap on the same call. The timeline goes on. A rule that stays the same changes
     * nothing.
     *
     * @throws IllegalStateException when there is no call
     */
    public synchronized void retap(SourceRule customer, SourceRule agent) {
        if (closing || speakers.isEmpty()) {
            throw new IllegalStateException("no call to tap again");
        }
        onLoop(() -> {
            retap(Channel.CUSTOMER, customer);
            retap(Channel.AGENT, agent);
        });
    }

    private void retap(Channel speaker, SourceRule rule) {
        PacketGate gate = port(speaker).gate();
        if (gate != null) {
            gate.retap(rule);
        }
    }

    /**
     * Closes the sockets, after reading what the kernel holds for them, and returns; what is queued is still consumed, then the
     * consumers are told the end. Idempotent.
     */
    public synchronized void closeSockets() {
        if (!closing) {
            closing = true;
            loop.execute(() -> readLast(arrived(), MAX_LAST_READS));
        }
    }

    /** Closes the sockets once a round of reads brings nothing; a flood cannot put that off for more than 100 ms. */
    private void readLast(long arrivedBefore, int roundsLeft) {
        loop.schedule(
                () -> {
                    long arrived = arrived();
                    if (arrived > arrivedBefore && roundsLeft > 0) {
                        readLast(arrived, roundsLeft - 1);
                    } else {
                        closeNow();
                    }
                },
                LAST_READS_MS,
                TimeUnit.MILLISECONDS);
    }

    private void closeNow() {
        sockets.values().forEach(MediaSocket::close);
        for (StreamPort port : ports.values()) {
            PacketGate gate = port.gate();
            if (gate != null) {
                gate.close();
            }
        }
        loops.shutdownGracefully(0, 0, TimeUnit.MILLISECONDS);
    }

    private long arrived() {
        return ports.values().stream().mapToLong(StreamPort::arrived).sum();
    }

    /**
     * Waits until the sockets are closed: nobody hears what comes now, and the ports are free.
     *
     * @return whether that happened in time
     */
    public boolean awaitClosed(Duration limit) throws InterruptedException {
        return loops.awaitTermination(limit.toNanos(), TimeUnit.NANOSECONDS);
    }

    /**
     * Waits until the sockets are closed and both consumers were told the end.
     *
     * @return whether that happened in time
     */
    public boolean awaitEnd(Duration limit) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        List<Thread> threads;
        synchronized (this) {
            threads = List.copyOf(speakers);
        }
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

    private void onLoop(Runnable action) {
        loop.submit(action).syncUninterruptibly();
    }

    private StreamPort port(Channel speaker) {
        return requireNonNull(ports.get(speaker));
    }

    private static String label(Channel speaker) {
        return speaker.name().toLowerCase(Locale.ROOT);
    }
}
