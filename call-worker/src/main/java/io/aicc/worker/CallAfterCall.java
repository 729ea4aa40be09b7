package io.aicc.worker;

import io.aicc.crd.Codec;
import io.aicc.runtime.Tasks;
import io.aicc.wire.MicroTime;
import io.aicc.wire.control.CallAssignment;
import io.aicc.wire.control.EndOrder;
import io.aicc.worker.control.CallDesk.RefusedException;
import io.aicc.worker.control.CallDesk.UnacceptableException;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls without anybody who commands: a session is open whenever the worker is, a call is whoever sends, and it is over when
 * nobody has sent for a while. The next session has sockets, recogniser and counters of its own, like another worker's: it
 * begins when the last words of the one before are delivered.
 */
final class CallAfterCall implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(CallAfterCall.class);

    private static final Duration LOOK_EVERY = Duration.ofMillis(200);
    private static final Duration TRY_EVERY = Duration.ofSeconds(1);

    private final WorkerConfig config;
    private final Duration silence;
    private final Tasks tasks;
    private final MeterRegistry registry;
    private final Set<Meter> metersOfTheProcess;
    private volatile @Nullable OneCall current;
    private volatile boolean closed;
    private @Nullable Thread listening;

    CallAfterCall(WorkerConfig config, Duration silence, Tasks tasks, MeterRegistry registry) {
        this.config = config;
        this.silence = silence;
        this.tasks = tasks;
        this.registry = registry;
        this.metersOfTheProcess = Set.copyOf(registry.getMeters());
    }

    /**
     * Opens the first session; the others follow by themselves.
     *
     * @throws Exception when it cannot; the message says why in one line
     */
    void begin() throws Exception {
        next();
        listening = tasks.start("call after call", this::listen);
    }

    /** The call that is heard now, or that will be. */
    OneCall current() {
        OneCall call = current;
        if (call == null) {
            throw new IllegalStateException("not begun");
        }
        return call;
    }

    private void listen() throws Exception {
        while (!closed) {
            awaitSilence(current());
            if (!closed) {
                current().close();
                forget();
                nextUntilItWorks();
            }
        }
    }

    /** Nobody starts this process again for one call that it cannot open: a port may be taken for a moment only. */
    private void nextUntilItWorks() throws InterruptedException {
        while (!closed) {
            try {
                next();
                return;
            } catch (InterruptedException e) {
                throw e;
            } catch (Exception e) {
                log.atError().addKeyValue("problem", e.toString()).log("no session can be opened, trying again");
                Thread.sleep(TRY_EVERY);
            }
        }
    }

    private void next() throws Exception {
        OneCall call = OneCall.prepare(config, tasks, registry);
        try {
            assign(call);
        } catch (Exception e) {
            call.close();
            throw e;
        }
        current = call;
    }

    private void assign(OneCall call) throws RefusedException, UnacceptableException {
        String id = UUID.randomUUID().toString();
        // Who sends already, sends for this call: there is no other.
        call.live()
                .assign(new CallAssignment(
                        id,
                        "legacy",
                        "legacy-" + id,
                        null,
                        null,
                        config.call().language(),
                        Codec.ULAW,
                        null,
                        null,
                        List.of(),
                        1,
                        MicroTime.format(call.since()),
                        null,
                        null,
                        null,
                        null));
    }

    /** Until somebody was heard and nobody is any more. */
    private void awaitSilence(OneCall call) throws InterruptedException, RefusedException {
        long heard = 0;
        long lastHeardNanos = System.nanoTime();
        while (!closed && (heard == 0 || System.nanoTime() - lastHeardNanos < silence.toNanos())) {
            call.live().awaitChange(call.live().report().state(), LOOK_EVERY);
            if (call.heard() != heard) {
                heard = call.heard();
                lastHeardNanos = System.nanoTime();
            }
        }
        String session = call.live().report().sessionUid();
        if (!closed && session != null) {
            call.live().end(new EndOrder(session, "MediaSilent"));
        }
    }

    /** A meter that is there already would go on counting the call before. */
    private void forget() {
        registry.getMeters().stream()
                .filter(meter -> !metersOfTheProcess.contains(meter))
                .forEach(registry::remove);
    }

    @Override
    public void close() throws InterruptedException {
        closed = true;
        if (listening != null) {
            listening.join();
        }
        OneCall call = current;
        if (call != null) {
            call.close();
        }
    }
}
