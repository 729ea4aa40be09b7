package io.aicc.operator.session;

import io.aicc.crd.CallSession;
import io.aicc.crd.CallSessionSpec;
import io.aicc.crd.CallSessionStatus;
import io.aicc.crd.CallSessionStatus.Times;
import io.aicc.crd.Phase;
import io.aicc.wire.MicroTime;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A session as its steps see it: the record as read, and the moment of looking at it.
 *
 * @param session the record
 * @param now the same for all steps of one run
 * @param limits how long things may take, from its WorkerPool
 */
record Call(CallSession session, Instant now, TimeLimits limits) {
    /** How far the clocks of nodes may be apart. */
    static final Duration CLOCKS_DIFFER = Duration.ofMinutes(1);

    private static final String DEFAULT_POOL = "default";

    CallSessionSpec spec() {
        return session.getSpec();
    }

    CallSessionStatus status() {
        return Objects.requireNonNullElse(session.getStatus(), CallSessionStatus.EMPTY);
    }

    Phase phase() {
        return Objects.requireNonNullElse(status().phase(), Phase.Pending);
    }

    Times times() {
        return Objects.requireNonNullElse(status().times(), Times.NONE);
    }

    String uid() {
        return session.getMetadata().getUid();
    }

    String pool() {
        return pool(session);
    }

    static String pool(CallSession session) {
        return Objects.requireNonNullElse(session.getSpec().poolRef(), DEFAULT_POOL);
    }

    /** When transcription was asked for; a time after the record was made is that of a clock that is wrong. */
    Instant requestedAt() {
        Instant made = Instant.parse(session.getMetadata().getCreationTimestamp());
        return time(spec().requestedAt())
                .filter(asked -> asked.isBefore(made.plus(CLOCKS_DIFFER)))
                .orElse(made);
    }

    /** When the call ended, as the PBX tells; empty while it has not. */
    Optional<Instant> endedAt() {
        return Optional.ofNullable(spec().ended()).map(mark -> time(mark.at()).orElse(now));
    }

    /** Why it ended, as the PBX tells. */
    Optional<String> endReason() {
        return Optional.ofNullable(spec().ended()).map(CallSessionSpec.EndMark::reason);
    }

    /** Whether a time in the record can be true: it is not before that, nor to come. Somebody may have edited it. */
    boolean believes(Instant at, Instant notBefore) {
        return !at.isBefore(notBefore.minus(CLOCKS_DIFFER)) && at.isBefore(now.plus(CLOCKS_DIFFER));
    }

    /** A time in the record; empty when there is none, or when it is none (the schema checks digits, not calendars). */
    static Optional<Instant> time(@Nullable String text) {
        try {
            return text == null ? Optional.empty() : Optional.of(MicroTime.parse(text));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }
}
