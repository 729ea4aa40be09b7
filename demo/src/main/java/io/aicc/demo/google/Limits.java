package io.aicc.demo.google;

import java.time.Duration;

/**
 * What the service allows (cloud.google.com/speech-to-text, "Quotas and limits"; errors as seen by users of version 2).
 *
 * @param message most audio in one message of a stream, bytes
 * @param stream longest life of a stream
 * @param idle longest time without a message
 * @param ahead how much further than real time a stream may be; what "approximately" means the service does not say
 * @param turn longest audio of {@code Recognize}
 */
public record Limits(int message, Duration stream, Duration idle, Duration ahead, Duration turn) {
    /** The service's own. */
    public static final Limits GOOGLE = new Limits(
            15 * 1024, Duration.ofMinutes(5), Duration.ofSeconds(5), Duration.ofSeconds(3), Duration.ofSeconds(60));

    /** How much faster than real time a stream may go once it is ahead. */
    static final double PACE = 2;

    /** The same with another longest life. */
    public Limits withStream(Duration longest) {
        return new Limits(message, longest, idle, ahead, turn);
    }
}
