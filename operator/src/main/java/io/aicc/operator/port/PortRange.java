package io.aicc.operator.port;

/**
 * Whole pairs from one port to another, both included.
 *
 * @param from the first pair's even port
 * @param to the last pair's odd port
 */
public record PortRange(int from, int to) {
    /** Every pair there is: 5,000. */
    public static final PortRange ALL = new PortRange(PortPair.FIRST, PortPair.LAST);

    /** @throws IllegalArgumentException when the range does not hold whole pairs, or leaves 20000 to 29999 */
    public PortRange {
        if (from % 2 != 0 || to % 2 != 1 || from > to || from < PortPair.FIRST || to > PortPair.LAST) {
            throw new IllegalArgumentException("port range must be even to odd within %d-%d, got %d-%d"
                    .formatted(PortPair.FIRST, PortPair.LAST, from, to));
        }
    }

    /** How many pairs it holds. */
    public int pairs() {
        return (to - from + 1) / 2;
    }

    /** A pair by its place in the range, from 0. */
    PortPair pair(int index) {
        return new PortPair(from + 2 * index);
    }

    /** Whether a pair is one of these. */
    public boolean contains(PortPair pair) {
        return from <= pair.customer() && pair.agent() <= to;
    }

    @Override
    public String toString() {
        return from + "-" + to;
    }
}
