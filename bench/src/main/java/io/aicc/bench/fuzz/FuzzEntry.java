package io.aicc.bench.fuzz;

import java.util.Locale;

/** Where Jazzer comes in. Its argument names the target. */
public final class FuzzEntry {
    private static FuzzTarget target = FuzzTarget.MEDIA;

    private FuzzEntry() {}

    /** Called by Jazzer once, before its clock runs: by then all classes are loaded and instrumented. */
    public static void fuzzerInitialize(String[] arguments) throws Exception {
        target = FuzzTarget.valueOf(arguments[0].toUpperCase(Locale.ROOT));
        for (byte[] input : Corpus.of(target)) {
            target.read(input);
        }
    }

    /** Called by Jazzer for every input. */
    public static void fuzzerTestOneInput(byte[] input) throws Exception {
        target.read(input);
    }
}
