package io.aicc.operator.control;

import io.aicc.operator.control.WorkerChannel.WorkerAddress;
import io.aicc.wire.control.WorkerReport;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** The door of this room: opens channels to workers, in the name of one leadership. */
public final class WorkerChannels implements AutoCloseable {
    private final ControlKey key;
    private final long epoch;
    private final InstantSource clock;
    private final LostReports lost;
    private final Set<ReportStream> streams = ConcurrentHashMap.newKeySet();

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
     * @param listener gets every report, one after the other, on the channel's own thread
     */
    public WorkerChannel open(WorkerAddress address, Consumer<WorkerReport> listener) {
        WorkerDoor door = new WorkerDoor(address, new WorkerToken(key, epoch, address.podUid(), clock));
        ReportStream stream = new ReportStream(door, clock, listener, lost);
        streams.add(stream);
        Thread.ofVirtual().name("reports-" + address.podUid()).start(() -> {
            try {
                stream.run();
            } finally {
                streams.remove(stream);
            }
        });
        return new HttpWorkerChannel(door, stream);
    }

    /** Stops listening to everybody. */
    @Override
    public void close() {
        streams.forEach(ReportStream::close);
    }
}
