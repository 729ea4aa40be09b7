package io.aicc.bench.fuzz;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/** Inputs that are worth trying always: what real peers send, and what once broke something. One on each line, # for remarks. */
public final class Corpus {
    private Corpus() {}

    /** The inputs of a target. */
    public static List<byte[]> of(FuzzTarget target) throws IOException {
        String file = "corpus/" + target.name().toLowerCase(Locale.ROOT) + ".txt";
        try (InputStream in = Objects.requireNonNull(Corpus.class.getResourceAsStream(file), file)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .map(FuzzTarget::fromLine)
                    .toList();
        }
    }
}
