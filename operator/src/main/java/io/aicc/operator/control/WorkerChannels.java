package io.aicc.operator.control;

import io.aicc.operator.control.WorkerChannel.WorkerAddress;
import io.aicc.wire.control.WorkerReport;
import java.net.http.HttpClient;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** The door of this room: opens channels to workers, in the name of one leadership. */
public final class WorkerChannels implements AutoCloseable {
    private final HttpClient http;
    private final ControlKey key;
    private final long epoch;
    private final InstantSource clock;
    private final Set<ReportStream> streams = ConcurrentHashMap.newKeySet();
    private final ScheduledExecutorService watch;

    /**
     * @param epoch number of our leadership, higher than that of every leader before; workers refuse lower ones
     */
    public WorkerChannels(ControlKey key, long epoch, InstantSource clock) {
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(HttpWorkerChannel.TIMEOUT)
                .followRedirects(HttpClient.Redirect.NEVER)
                .build();
        this.key = key;
        this.epoch = epoch;
        this.clock = clock;
        this.watch = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().daemon().name("worker-silence").factory());
        long period = ReportStream.SILENCE.toMillis() / 5;
        var unused = watch.scheduleAtFixedRate(
                () -> streams.forEach(ReportStream::breakIfSilent), period, period, TimeUnit.MILLISECONDS);
    }

    /**
     * Begins to listen to a worker; it need not be up yet.
     *
     * @param listener gets every report, one after the other, on the channel's own thread
     */
    public WorkerChannel open(WorkerAddress address, Consumer<WorkerReport> listener) {
        WorkerToken token = new WorkerToken(key, epoch, address.podUid(), clock);
        ReportStream stream = new ReportStream(http, token, address, clock, listener);
        streams.add(stream);
        Thread.ofVirtual().name("reports-" + address.podUid()).start(() -> {
            try {
                stream.run();
            } finally {
                streams.remove(stream);
            }
        });
        return new HttpWorkerChannel(http, token, address, stream);
    }

    /** Stops listening to everybody. */
    @Override
    public void close() {
        watch.shutdownNow();
        streams.forEach(ReportStream::close);
        http.shutdownNow();
    }
}
