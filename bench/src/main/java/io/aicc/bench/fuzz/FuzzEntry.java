package io.aicc.bench.fuzz;

import java.util.Locale;

/** Where Jazzer comes in. Its argument names the target. */
public final class FuzzEntry {
    private static FuzzTarget target = FuzzTarget.MEDIA;

    private FuzzEntry() {}

    /** Called by Jazzer once. */
    public static void fuzzerInitialize(String[] arguments) {
        target = FuzzTarget.valueOf(arguments[0].toUpperCase(Locale.ROOT));
    }

    /** Called by Jazzer for every input. */
    public static void fuzzerTestOneInput(byte[] input) throws Exception {
        target.read(input);
    }
}
