package io.aicc.operator.ari.call;

import io.fabric8.kubernetes.client.KubernetesClientException;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** What the API server thinks of what we write: counted, and whether it lets us do our work at all. Thread-safe. */
final class WriteRefusals {
    private static final int BUSY = 429;

    private final MeterRegistry metrics;
    private final Map<String, Reason> standing = new ConcurrentHashMap<>();

    /** Why a write failed. */
    enum Reason {
        /** What was written is wrong, to the schema or to a policy. */
        INVALID,
        /** We have no right to, or are not known. */
        FORBIDDEN,
        /** There is no such kind, or no such namespace. */
        MISSING,
        /** Too many requests. */
        BUSY,
        /** The API server, or a webhook that it asks, is in trouble. */
        FAILED,
        /** No answer. */
        UNANSWERED;

        private static Reason of(int status) {
            return switch (status) {
                case 401, 403 -> FORBIDDEN;
                case 404 -> MISSING;
                case WriteRefusals.BUSY -> BUSY;
                default -> status < 400 ? UNANSWERED : status < 500 ? INVALID : FAILED;
            };
        }

        private String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    WriteRefusals(MeterRegistry metrics) {
        this.metrics = metrics;
        for (Reason reason : Reason.values()) {
            counter(reason);
        }
    }

    /** A write was refused. One that is wrong may be so because of its call: that says nothing of the next. */
    void refused(String verb, KubernetesClientException e) {
        if (Thread.currentThread().isInterrupted()) {
            return; // Given up by us: we are being stopped, or were only rehearsing.
        }
        Reason reason = Reason.of(e.getCode());
        counter(reason).increment();
        if (reason != Reason.INVALID) {
            standing.put(verb, reason);
        }
    }

    /** Not even a write in which nothing is of a call's was found right. */
    void refusedWhatever(String verb) {
        standing.put(verb, Reason.INVALID);
    }

    void accepted(String verb) {
        standing.remove(verb);
    }

    /** What is refused now whoever calls, in words; it stands until a write of its kind is accepted. */
    Optional<String> standing() {
        return standing.entrySet().stream()
                .map(refusal -> refusal.getKey() + " " + refusal.getValue().label())
                .sorted()
                .findFirst();
    }

    private Counter counter(Reason reason) {
        return Counter.builder("aicc_pbx_session_failures")
                .description("Writes of sessions that the API server refused or did not answer, by reason")
                .tag("reason", reason.label())
                .register(metrics);
    }
}
