package io.aicc.bench.fuzz;

/** What must hold whatever came in. */
public final class Sound {
    private Sound() {}

    /** Fails when it does not hold. */
    public static void holds(boolean condition, String what) {
        if (!condition) {
            throw new IllegalStateException("does not hold: " + what);
        }
    }

    /** Fails when they differ. */
    public static void same(Object expected, Object got) {
        holds(expected.equals(got), "expected " + expected + ", got " + got);
    }
}
