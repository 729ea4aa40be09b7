package io.aicc.demo.player;

/**
 * What a network is to do to packets on purpose, percent of them.
 *
 * @param loss never arrive
 * @param reorder arrive one to three packets late
 * @param duplicate arrive twice
 */
public record Damage(int loss, int reorder, int duplicate) {
    /** A network as it should be. */
    public static final Damage NONE = new Damage(0, 0, 0);

    /**
     * What was done to a call's packets.
     *
     * @param lost never sent
     * @param reordered sent late
     * @param doubled sent twice
     */
    public record Dealt(long lost, long reordered, long doubled) {
        Dealt plus(Dealt other) {
            return new Dealt(lost + other.lost, reordered + other.reordered, doubled + other.doubled);
        }
    }

    public boolean isNone() {
        return equals(NONE);
    }
}
