package io.aicc.operator.kube;

import java.time.Duration;

/** This program may not act any more, so that nothing was written. {@link Leadership} has told why: nobody needs to again. */
public final class DeposedException extends RuntimeException {
    /** Whoever reconciles looks again after so long, if the program has not ended by then. */
    public static final Duration LOOK_AGAIN = Duration.ofSeconds(1);

    private static final long serialVersionUID = 1L;

    DeposedException(String verb, String kind) {
        super("leadership lost, nothing is written: %s %s".formatted(verb, kind));
    }
}
