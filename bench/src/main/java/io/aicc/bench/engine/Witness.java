package io.aicc.bench.engine;

import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * How many packets of whom were heard; as a text, {@code 17:420 18:3} are 420 of speaker 17 and 3 of speaker 18. Packets that
 * never came, and are silence on the timeline, are nobody's: {@link PayloadMark#NONE}.
 */
public final class Witness {
    private final Map<Long, Long> packets = new TreeMap<>();

    /** Has heard nobody. */
    public Witness() {}

    /** Another packet of that speaker. */
    void packetOf(long speaker) {
        packets.merge(speaker, 1L, Long::sum);
    }

    /**
     * Takes in what another one wrote.
     *
     * @throws IllegalArgumentException when the text is no witness's
     */
    public void add(String text) {
        for (String entry : text.split(" ", -1)) {
            String[] fields = entry.split(":", -1);
            if (fields.length != 2) {
                throw new IllegalArgumentException("expected SPEAKER:PACKETS, got '" + entry + "'");
            }
            packets.merge(Long.valueOf(fields[0]), Long.valueOf(fields[1]), Long::sum);
        }
    }

    /** Packets of one speaker. */
    public long of(long speaker) {
        return packets.getOrDefault(speaker, 0L);
    }

    /** Packets of everybody but this one. */
    public long ofOthers(long speaker) {
        return packets.entrySet().stream()
                .filter(entry -> entry.getKey() != PayloadMark.NONE && entry.getKey() != speaker)
                .mapToLong(Map.Entry::getValue)
                .sum();
    }

    @Override
    public String toString() {
        return packets.entrySet().stream()
                .map(entry -> entry.getKey() + ":" + entry.getValue())
                .collect(Collectors.joining(" "));
    }
}
