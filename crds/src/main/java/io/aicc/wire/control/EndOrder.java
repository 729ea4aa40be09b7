package io.aicc.wire.control;

import io.aicc.wire.MicroTime;
import org.jspecify.annotations.Nullable;

/**
 * "The call is over": close the media sockets, transcribe what was heard, deliver it, then report the summary.
 *
 * @param sessionUid the session that ended
 * @param reason one CamelCase word
 * @param at when it was over ({@link MicroTime}): perhaps long ago, with nobody there to tell; null: now
 */
public record EndOrder(
        String sessionUid, String reason, @Nullable String at) {
    /** @throws IllegalArgumentException when {@code at} is no time */
    public EndOrder {
        if (at != null && !MicroTime.isOne(at)) {
            throw new IllegalArgumentException("at: no time");
        }
    }

    /** Over now. */
    public EndOrder(String sessionUid, String reason) {
        this(sessionUid, reason, null);
    }
}
