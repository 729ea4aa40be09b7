package io.aicc.bench;

import java.nio.file.Path;

/** Something that can be measured. */
public interface Benchmark {
    /** What the command line calls it. */
    String name();

    /** One line of help: what it measures, and its options with their defaults. */
    String summary();

    /**
     * Measures.
     *
     * @param options read here; whatever is left over is refused
     * @param directory for logs, plots and scratch files; exists
     * @throws IllegalArgumentException when an option makes no sense; the message says why
     */
    Report run(Options options, Path directory) throws Exception;
}
