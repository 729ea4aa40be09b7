package io.aicc.operator.ari.call;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * How long a customer has been alone. That nobody has come counts only as far as the PBX has been heard: while the connection
 * is away or silent, time passes, and proves nothing. Not thread-safe.
 */
final class Alone {
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);

    private final Duration longest;
    private final InstantSource steady;
    private final Supplier<Instant> heardUntil;
    private @Nullable Instant since;

    /**
     * @param longest that may be waited for somebody to come
     * @param heardUntil what happened at the PBX before that moment has been seen, by the steady clock
     */
    Alone(Duration longest, InstantSource steady, Supplier<Instant> heardUntil) {
        this.longest = longest;
        this.steady = steady;
        this.heardUntil = heardUntil;
    }

    /** The PBX shows that the customer is, or is not. */
    void see(boolean alone) {
        since = alone ? Objects.requireNonNullElseGet(since, steady::instant) : null;
    }

    /** When to look again; zero when nobody has come for too long, and empty when the customer is not alone. */
    Optional<Duration> left() {
        if (since == null) {
            return Optional.empty();
        }
        Instant limit = since.plus(longest);
        if (!heardUntil.get().isBefore(limit)) {
            return Optional.of(Duration.ZERO);
        }
        Duration left = Duration.between(steady.instant(), limit);
        return Optional.of(left.isPositive() ? left : LOOK_AGAIN);
    }
}
