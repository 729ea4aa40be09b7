package io.aicc.operator.ari.call;

import java.util.Set;

/**
 * One speaker's audio on its way to the worker: a snoop for each leg that is heard, and the ExternalMedia channel that sends
 * what they hear, in one bridge.
 *
 * @param destination the worker's socket, {@code address:port}
 * @param heard ids of the legs; may be none for a while, between two agents
 */
record Tap(TapName name, String destination, Set<String> heard) {
    Tap {
        heard = Set.copyOf(heard);
    }
}
