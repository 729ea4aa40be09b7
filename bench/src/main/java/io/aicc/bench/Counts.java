package io.aicc.bench;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Counters of a program that is asked for its metrics, Prometheus text format. */
public final class Counts {
    private static final Pattern SAMPLE = Pattern.compile("(?m)^([a-z_]+(?:\\{[^}]*\\})?) ([0-9.E+-]+)$");

    private Counts() {}

    /** By name and labels. */
    public static Map<String, Double> of(String metrics) {
        Map<String, Double> counts = new LinkedHashMap<>();
        Matcher sample = SAMPLE.matcher(metrics);
        while (sample.find()) {
            counts.put(sample.group(1), Double.parseDouble(sample.group(2)));
        }
        return counts;
    }

    /** How much each has grown. */
    public static Map<String, Double> since(Map<String, Double> before, Map<String, Double> now) {
        Map<String, Double> grown = new LinkedHashMap<>();
        now.forEach((name, value) -> grown.put(name, value - before.getOrDefault(name, 0.0)));
        return grown;
    }

    /** All of that name together, whatever their labels. */
    public static double sum(Map<String, Double> counts, String name) {
        return counts.entrySet().stream()
                .filter(count -> count.getKey().equals(name) || count.getKey().startsWith(name + "{"))
                .mapToDouble(Map.Entry::getValue)
                .sum();
    }
}
