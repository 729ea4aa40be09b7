package io.aicc.worker;

import io.aicc.runtime.LogContext;
import io.aicc.runtime.Tasks;
import io.aicc.wire.control.WorkerReport;
import io.aicc.worker.call.LiveCall;
import io.aicc.worker.call.WorkerParts;
import io.aicc.worker.rtp.RtpReceiver;
import io.aicc.worker.speech.SpeechEngine;
import io.aicc.worker.speech.SpeechException;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;

/**
 * Everything that serves one call, warm: sockets bound, recogniser loaded.
 *
 * @param since when the sockets were bound
 */
record OneCall(Instant since, RtpReceiver receiver, SpeechEngine engine, LiveCall live) implements AutoCloseable {
    /**
     * Binds, loads, and is ready to be told its call.
     *
     * @throws IOException when a port cannot be had
     * @throws SpeechException when the engine cannot serve
     */
    static OneCall prepare(WorkerConfig config, Tasks tasks, MeterRegistry registry)
            throws IOException, SpeechException {
        Clock clock = Clock.systemUTC();
        RtpReceiver receiver = RtpReceiver.bind(config.rtp(), tasks, registry, System::nanoTime);
        try {
            Instant since = clock.instant();
            SpeechEngine engine = config.engine().create(tasks, registry);
            WorkerParts parts =
                    new WorkerParts(receiver, engine, config.outputs(), config.call(), tasks, registry, clock);
            LiveCall live = LiveCall.real(parts, call -> LogContext.put("call_id", call.callId()));
            return new OneCall(since, receiver, engine, live);
        } catch (SpeechException | RuntimeException e) {
            receiver.close();
            throw e;
        }
    }

    /** Whether it knows its call. */
    boolean isAssigned() {
        return live.report().state() != WorkerReport.State.IDLE;
    }

    /** Packets that were this call's so far. */
    long heard() {
        return live.report().customer().received() + live.report().agent().received();
    }

    /** Ends a live call in order, words included, then lets go of everything. */
    @Override
    public void close() throws InterruptedException {
        live.close();
    }
}
