package io.aicc.operator.ari.call;

import io.aicc.runtime.ProcessMetrics;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** What became of the calls that the PBX wanted transcribed. Thread-safe. */
public final class CallMetrics {
    private final MeterRegistry registry;
    private final AtomicInteger live = new AtomicInteger();
    private final AtomicInteger failing = new AtomicInteger();
    private final Timer sessions;
    private final Timer taps;
    private final Timer ends;
    private final Counter again;

    /** Why a call goes on without transcription. */
    enum Untapped {
        PORT_BUDGET,
        CALL_LIMIT,
        SESSION_REFUSED
    }

    /** What was found that nobody wanted any more. */
    public enum Leak {
        CHANNEL,
        BRIDGE,
        SESSION
    }

    public CallMetrics(MeterRegistry registry) {
        this.registry = registry;
        sessions = timer("aicc_pbx_session", "From the event that asked for a session until the API server had it");
        taps = timer("aicc_pbx_tap", "From the first request of a tap to the last");
        ends = timer("aicc_pbx_end", "From hang-up until the session was marked");
        again = Counter.builder("aicc_pbx_retries")
                .description("Times that something for a call had to be tried again")
                .register(registry);
        Gauge.builder("aicc_pbx_calls", live, AtomicInteger::get)
                .description("Calls at the PBX that are looked after")
                .register(registry);
        Gauge.builder("aicc_pbx_calls_failing", failing, AtomicInteger::get)
                .description(
                        "Calls for which something keeps failing: the PBX refuses taps, or the API server a session")
                .register(registry);
        for (Untapped reason : Untapped.values()) {
            untappedCounter(reason);
        }
        for (Leak kind : Leak.values()) {
            leakCounter(kind);
        }
    }

    void begun() {
        live.incrementAndGet();
    }

    void over() {
        live.decrementAndGet();
    }

    void created(Duration since) {
        sessions.record(since);
    }

    void tapped(long nanos) {
        taps.record(nanos, TimeUnit.NANOSECONDS);
    }

    void ended(Duration since) {
        ends.record(since);
    }

    void retried() {
        again.increment();
    }

    void failing(int more) {
        failing.addAndGet(more);
    }

    /** Calls for which something keeps failing. */
    public int failing() {
        return failing.get();
    }

    void untapped(Untapped reason) {
        untappedCounter(reason).increment();
    }

    /** Something was swept up. */
    public void leaked(Leak kind) {
        leakCounter(kind).increment();
    }

    private Counter untappedCounter(Untapped reason) {
        return Counter.builder("aicc_pbx_untapped")
                .description("Calls that go on without transcription, by reason")
                .tag("reason", reason.name().toLowerCase(java.util.Locale.ROOT))
                .register(registry);
    }

    private Counter leakCounter(Leak kind) {
        return Counter.builder("aicc_pbx_leaks")
                .description(
                        "Orphans swept up: channels and bridges of ours without a call, sessions whose call was gone or whose PBX stayed away")
                .tag("kind", kind.name().toLowerCase(java.util.Locale.ROOT))
                .register(registry);
    }

    private Timer timer(String name, String description) {
        return ProcessMetrics.latency(name, description).register(registry);
    }
}
