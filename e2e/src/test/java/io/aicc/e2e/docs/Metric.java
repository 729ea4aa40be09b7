package io.aicc.e2e.docs;

import java.util.List;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * One of our metrics, as Prometheus sees it.
 *
 * @param labels names, in alphabetical order
 */
record Metric(String name, String type, List<String> labels, String meaning) {
    /** The <a href="https://prometheus.io/docs/instrumenting/exposition_formats/">text format</a>: head, then samples. */
    private static final Pattern FAMILY = Pattern.compile("""
            # HELP (?<name>aicc_\\w+) (?<meaning>.*)
            # TYPE \\S+ (?<type>\\w+)
            (?<samples>([^#].*
            )+)""");

    private static final Pattern LABEL = Pattern.compile("[{,](\\w+)=\"");

    /** A bucket's bound belongs to the type; a histogram's recent maximum, to the histogram. */
    private static final String BOUND = "le";

    private static final String MAXIMUM = "_max";

    /** Reads what a program answers at {@code /metrics}. */
    static List<Metric> in(String exposition) {
        return FAMILY.matcher(exposition)
                .results()
                .filter(family -> !family.group("name").endsWith(MAXIMUM))
                .map(Metric::of)
                .toList();
    }

    private static Metric of(MatchResult family) {
        TreeSet<String> labels = new TreeSet<>();
        LABEL.matcher(family.group("samples")).results().forEach(label -> labels.add(label.group(1)));
        labels.remove(BOUND);
        return new Metric(family.group("name"), family.group("type"), List.copyOf(labels), family.group("meaning"));
    }

    /** Name and labels, as people write them. */
    String signature() {
        return labels.isEmpty() ? name : name + "{" + String.join(", ", labels) + "}";
    }
}
