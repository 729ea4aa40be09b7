package io.aicc.operator.session;

import io.aicc.operator.session.Tally.End;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What sessions that are over add up to: numbers with a name, of which there is a fixed set, and which only grow. Not
 * thread-safe.
 */
final class Totals {
    static final String CALLS = "calls.";
    static final String PACKETS = "packets.";
    static final String DROPPED = "dropped.";
    static final String UNDELIVERED = "undelivered";
    static final String UNSERVED = "unserved";
    static final String LASTED_MS = "lasted_ms";

    /** Calls by how long they lasted: up to so many seconds, and more than the bound before. */
    static final String LASTED = "lasted.";

    static final List<Integer> LASTED_BOUNDS = List.of(10, 30, 60, 180, 600, 1_800, 3_600);
    static final String LONGER = "longer";

    /** What a double, as Prometheus has it, can still count by ones. */
    private static final long MOST = 1L << 53;

    private final SortedMap<String, Long> numbers = new TreeMap<>();

    /** All zero. */
    Totals() {
        for (End end : End.values()) {
            zero(CALLS + end.label());
        }
        zero(PACKETS + "customer");
        zero(PACKETS + "agent");
        Tally.REASONS.forEach(reason -> zero(DROPPED + reason));
        zero(UNDELIVERED);
        zero(UNSERVED);
        zero(LASTED_MS);
        LASTED_BOUNDS.forEach(bound -> zero(LASTED + bound));
        zero(LASTED + LONGER);
    }

    /** The same, to go on from. */
    Totals(Totals others) {
        numbers.putAll(others.numbers);
    }

    /**
     * As they were {@linkplain #text written down}; empty when that makes no sense. Names that are not known are left out,
     * numbers that are not there are zero.
     */
    static Optional<Totals> parse(String text) {
        Totals totals = new Totals();
        for (String line : text.lines().filter(line -> !line.isBlank()).toList()) {
            String[] words = line.strip().split("\\s+");
            if (words.length != 2 || !words[1].matches("[0-9]{1,16}") || Long.parseLong(words[1]) > MOST) {
                return Optional.empty();
            }
            totals.numbers.computeIfPresent(words[0], (name, zero) -> Long.parseLong(words[1]));
        }
        return Optional.of(totals);
    }

    void add(Tally tally) {
        add(CALLS + tally.end().label(), 1);
        add(PACKETS + "customer", tally.customerPackets());
        add(PACKETS + "agent", tally.agentPackets());
        tally.dropped().forEach((reason, packets) -> add(DROPPED + reason, packets));
        add(UNDELIVERED, tally.undelivered());
        add(UNSERVED, tally.unserved() == null ? 0 : 1);
        if (tally.lastedMs() != Tally.UNKNOWN) {
            add(LASTED_MS, tally.lastedMs());
            add(LASTED + bound(tally.lastedMs()), 1);
        }
    }

    long get(String name) {
        return numbers.getOrDefault(name, 0L);
    }

    /** Those whose names begin so, by the rest of their names. */
    Map<String, Long> all(String beginning) {
        return numbers.tailMap(beginning).entrySet().stream()
                .takeWhile(number -> number.getKey().startsWith(beginning))
                .collect(Collectors.toMap(
                        number -> number.getKey().substring(beginning.length()),
                        Map.Entry::getValue,
                        (a, b) -> a,
                        TreeMap::new));
    }

    /** A line each, name and number; those that are zero are left out. */
    String text() {
        return numbers.entrySet().stream()
                .filter(number -> number.getValue() > 0)
                .map(number -> number.getKey() + " " + number.getValue() + "\n")
                .collect(Collectors.joining());
    }

    private static String bound(long lastedMs) {
        return LASTED_BOUNDS.stream()
                .filter(bound -> lastedMs <= bound * 1_000L)
                .findFirst()
                .map(String::valueOf)
                .orElse(LONGER);
    }

    private void zero(String name) {
        numbers.put(name, 0L);
    }

    private void add(String name, long more) {
        numbers.merge(name, more, (a, b) -> Math.min(MOST, a + b));
    }
}
