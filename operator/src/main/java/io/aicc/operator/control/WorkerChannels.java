package io.aicc.operator.control;

import io.aicc.operator.control.WorkerChannel.WorkerAddress;
import io.aicc.wire.control.WorkerReport;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** The door of this room: opens channels to workers, in the name of one leadership. */
public final class WorkerChannels implements AutoCloseable {
    /** A report takes some 50 µs to be taken in: one thread would do for thousands, were it not for the signatures after a restart. */
    private static final int LISTENERS = 2;

    private final ControlKey key;
    private final long epoch;
    private final InstantSource clock;
    private final LostReports lost;
    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(
            LISTENERS, new DefaultThreadFactory("reports", true), NioIoHandler.newFactory());

    /**
     * @param epoch number of our leadership, higher than that of every leader before; workers refuse lower ones
     */
    public WorkerChannels(ControlKey key, long epoch, InstantSource clock, MeterRegistry metrics) {
        this.key = key;
        this.epoch = epoch;
        this.clock = clock;
        this.lost = new LostReports(metrics);
    }

    /**
     * Begins to listen to a worker; it need not be up yet.
     *
     * @param after how long from now
     * @param listener gets every report, one after the other, on the thread of many channels: must not block
     */
    public WorkerChannel open(WorkerAddress address, Duration after, Consumer<WorkerReport> listener) {
        WorkerDoor door = new WorkerDoor(address, new WorkerToken(key, epoch, address.podUid(), clock));
        ReportStream stream = new ReportStream(door, loops.next(), clock, listener, lost);
        stream.open(after);
        return new HttpWorkerChannel(door, stream);
    }

    /** Stops listening to everybody. */
    @Override
    public void close() {
        var unused = loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
}
