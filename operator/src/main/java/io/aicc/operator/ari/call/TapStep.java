package io.aicc.operator.ari.call;

import java.util.Set;

/** One request to the PBX on the way from what is there to what is wanted. */
sealed interface TapStep {
    /** Hear a leg. */
    record Snoop(String id, String leg) implements TapStep {}

    /** Send audio to a worker. */
    record Media(TapName tap, String id, String destination) implements TapStep {}

    /** Make a bridge to connect the two in. */
    record Bridge(String id) implements TapStep {}

    /** Connect them. */
    record Join(String bridge, Set<String> channels) implements TapStep {}

    /** Take a channel of ours away. */
    record HangUp(String channel) implements TapStep {}

    /** Take a bridge of ours away. */
    record Destroy(String bridge) implements TapStep {}

    /** Whether something is there afterwards that was not before. */
    default boolean builds() {
        return switch (this) {
            case Snoop _, Media _, Bridge _, Join _ -> true;
            case HangUp _, Destroy _ -> false;
        };
    }
}
