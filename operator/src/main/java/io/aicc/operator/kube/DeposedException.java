package io.aicc.operator.kube;

/** This program may not act any more, so that nothing was written. {@link Leadership} has told why: nobody needs to again. */
public final class DeposedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    DeposedException(String verb, String kind) {
        super("leadership lost, nothing is written: %s %s".formatted(verb, kind));
    }
}
