package io.aicc.runtime;

import java.time.Instant;
import java.time.InstantSource;

/**
 * Tells how much time passes, and nothing else: for deadlines and pauses, which must not change when somebody sets the clock
 * on the wall. Its instants begin in 1970 when it is made and mean nothing to anybody else, so they are never written down.
 * Thread-safe.
 */
public final class SteadyClock implements InstantSource {
    private final long startNanos = System.nanoTime();

    @Override
    public Instant instant() {
        return Instant.EPOCH.plusNanos(System.nanoTime() - startNanos);
    }
}
