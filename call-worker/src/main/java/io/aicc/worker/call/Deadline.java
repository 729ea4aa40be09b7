package io.aicc.worker.call;

import java.time.Duration;

/** One limit for several steps: what one takes, the next ones lack. */
final class Deadline {
    /** The last step gets a moment even when the others took everything. */
    private static final Duration LEAST = Duration.ofSeconds(1);

    private final long endNanos;

    Deadline(Duration limit) {
        endNanos = System.nanoTime() + limit.toNanos();
    }

    Duration left() {
        Duration left = Duration.ofNanos(endNanos - System.nanoTime());
        return left.compareTo(LEAST) < 0 ? LEAST : left;
    }
}
