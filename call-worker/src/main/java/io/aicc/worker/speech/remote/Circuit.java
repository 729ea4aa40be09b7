package io.aicc.worker.speech.remote;

import io.aicc.runtime.Health;
import io.aicc.worker.speech.remote.Failure.Kind;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether it is worth asking the server: all of a worker's conversations together learn it. Thread-safe.
 *
 * <pre>
 *           3 failures in a row            some seconds later
 *  closed ──────────────────────▶ open ──────────────────────▶ one may try
 *     ▲                            ▲            failed │           │
 *     └────────────────────────────┼───────────────────┘           │
 *     it heard something           └───────────────────────────────┘
 * </pre>
 */
public final class Circuit {
    private static final Logger log = LoggerFactory.getLogger(Circuit.class);
    private static final int FAILURES = 3;

    private final String engine;
    private final long openNanos;
    private final LongSupplier nanoClock;
    private final Map<Kind, Counter> failures = new EnumMap<>(Kind.class);
    private int inARow;
    private long opened;
    private boolean open;
    private boolean trying;
    private boolean probing;
    private @Nullable String wrong;

    /** A circuit that is closed. */
    public Circuit(String engine, StreamTiming timing, MeterRegistry registry, LongSupplier nanoClock) {
        this.engine = engine;
        this.openNanos = timing.circuitOpen().toNanos();
        this.nanoClock = nanoClock;
        for (Kind kind : Kind.values()) {
            failures.put(
                    kind,
                    Counter.builder("aicc_stt_failures_total")
                            .description(
                                    "Conversations with the speech server that broke off, by what was done about it")
                            .tag("engine", engine)
                            .tag("kind", kind.label())
                            .register(registry));
        }
        Gauge.builder("aicc_stt_circuit_open", this, circuit -> circuit.isOpen() ? 1 : 0)
                .description("1 while the speech server is left alone because it keeps failing")
                .tag("engine", engine)
                .register(registry);
    }

    /** Whether the server may be asked now; of those that ask while the circuit is open, one gets to try. */
    synchronized boolean lets() {
        if (!open) {
            return true;
        }
        if (trying || nanoClock.getAsLong() - opened < openNanos) {
            return false;
        }
        trying = true;
        return true;
    }

    /** The server did what it is there for. */
    public synchronized void served() {
        if (open) {
            log.atInfo().addKeyValue("engine", engine).log("speech server is back");
        }
        inARow = 0;
        open = false;
        trying = false;
        probing = false;
        wrong = null;
    }

    /** The server took our settings and recognised a whole turn; whether conversations work too is not known by that. */
    public synchronized void accepted() {
        wrong = null;
    }

    /** A conversation broke off, or the server refused a whole turn. */
    public synchronized void failed(Failure failure) {
        probing = false;
        Objects.requireNonNull(failures.get(failure.kind())).increment();
        switch (failure.kind()) {
            case CONFIGURATION -> misconfigured(failure);
            case LIMIT -> trying = false;
            case QUOTA, TRANSPORT -> broken(failure);
        }
    }

    /** Whether the server serves us is being found out. */
    synchronized void probes() {
        probing = true;
    }

    /** One that was let try gave up before it found out. */
    synchronized void undecided() {
        trying = false;
    }

    synchronized boolean isOpen() {
        return open;
    }

    /** Whether the last that is known of the server is good. */
    synchronized boolean isSound() {
        return !probing && wrong == null && inARow == 0;
    }

    /** Down while the server refuses the settings: no call can be served. A server that is away may come back. */
    public synchronized Health.State health() {
        if (wrong != null) {
            return Health.State.down(wrong);
        }
        if (probing) {
            return Health.State.down("asking " + engine);
        }
        return Health.State.up(open ? engine + " does not answer" : engine);
    }

    private void misconfigured(Failure failure) {
        if (wrong == null) {
            log.atError()
                    .addKeyValue("engine", engine)
                    .addKeyValue("reason", failure.message())
                    .log("speech server refuses the settings");
        }
        wrong = failure.message();
        trying = false;
    }

    private void broken(Failure failure) {
        inARow++;
        if (trying || !open && inARow >= FAILURES) {
            if (!open) {
                log.atWarn()
                        .addKeyValue("engine", engine)
                        .addKeyValue("reason", failure.message())
                        .log("speech server keeps failing");
            }
            open = true;
            trying = false;
            opened = nanoClock.getAsLong();
        }
    }
}
