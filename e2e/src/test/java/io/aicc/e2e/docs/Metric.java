package io.aicc.e2e.docs;

import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * One of our metrics, as Prometheus sees it.
 *
 * @param labels names and the values that they have, in alphabetical order
 */
record Metric(String name, String type, SortedMap<String, SortedSet<String>> labels, String meaning) {
    /** The <a href="https://prometheus.io/docs/instrumenting/exposition_formats/">text format</a>: head, then samples. */
    private static final Pattern FAMILY = Pattern.compile("""
            # HELP (?<name>aicc_\\w+) (?<meaning>.*)
            # TYPE \\S+ (?<type>\\w+)
            (?<samples>([^#].*
            )+)""");

    private static final Pattern LABEL = Pattern.compile("[{,](\\w+)=\"([^\"]*)\"");

    /** Labels whose values are names that an installation gives. */
    private static final Map<String, String> GIVEN = Map.of(
            "destination", "the receiver's name",
            "engine", "the recogniser's name",
            "lease", "the Lease's name",
            "pool", "the WorkerPool's name");

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
        SortedMap<String, SortedSet<String>> labels = new TreeMap<>();
        LABEL.matcher(family.group("samples")).results().forEach(label -> labels.computeIfAbsent(
                        label.group(1), name -> new TreeSet<>())
                .add(label.group(2)));
        labels.remove(BOUND);
        return new Metric(family.group("name"), family.group("type"), labels, family.group("meaning"));
    }

    /** Name and labels, as people write them. */
    String signature() {
        return labels.isEmpty() ? name : name + "{" + String.join(", ", labels.keySet()) + "}";
    }

    /** What its labels may say. */
    String values() {
        return labels.entrySet().stream()
                .map(label -> "%s: %s"
                        .formatted(
                                label.getKey(),
                                GIVEN.getOrDefault(label.getKey(), String.join(", ", label.getValue()))))
                .collect(Collectors.joining("; "));
    }
}
