package io.aicc.operator.ari.link;

import java.time.Duration;

/**
 * Another controller that has connected as our application: Asterisk tells everything to whoever did so last. Whoever was
 * replaced stands aside until nobody listens in its place any more, and for longer each time: so two that were told the same
 * name never take it from each other in turns. The later one works, the earlier one waits. Not thread-safe.
 */
final class Rival {
    /** Longer than a controller needs that has only lost its connection: its own place is left to it. */
    static final int FIRST_LOOKS = 3;

    static final int MOST_LOOKS = 96;

    /** Whoever was left alone for so long was replaced by accident. */
    private static final Duration UNDISTURBED = Duration.ofMinutes(10);

    private int wanted;
    private int free;

    /** It has taken our place, which was ours for so long. */
    void came(Duration after) {
        boolean again = wanted > 0 && after.compareTo(UNDISTURBED) < 0;
        wanted = again ? Math.min(MOST_LOOKS, 2 * wanted) : FIRST_LOOKS;
        free = 0;
    }

    /**
     * What one look showed.
     *
     * @return whether the place has been free for long enough to take it again
     */
    boolean left(boolean taken) {
        free = taken ? 0 : free + 1;
        return free >= wanted;
    }
}
