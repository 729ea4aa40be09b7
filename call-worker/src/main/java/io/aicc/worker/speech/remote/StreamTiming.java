package io.aicc.worker.speech.remote;

import io.aicc.worker.speech.Pauses;
import java.time.Duration;

/**
 * How long things may take.
 *
 * @param rotateBetweenSentences a conversation that is older ends after the speaker's sentence
 * @param rotateInPause one that is older ends in the speaker's next pause, however short
 * @param rotateAnyway one that is older ends wherever the speaker is; below the server's own limit
 * @param finish how long a server may take for the last words once the audio has ended
 * @param firstRetry most that is waited before the second try; doubled for each further one
 * @param longestRetry most that is ever waited before a try
 * @param quotaRetry least that is waited when too much was asked for
 * @param giveUp a stretch of audio that cannot be recognised for so long is lost, and told
 * @param circuitOpen how long a server that keeps failing is left alone
 */
public record StreamTiming(
        Duration rotateBetweenSentences,
        Duration rotateInPause,
        Duration rotateAnyway,
        Duration finish,
        Duration firstRetry,
        Duration longestRetry,
        Duration quotaRetry,
        Duration giveUp,
        Duration circuitOpen) {
    /** The usual, for conversations that last so long at most. */
    public static StreamTiming within(Duration longest) {
        return new StreamTiming(
                longest.dividedBy(2),
                longest.multipliedBy(5).dividedBy(6),
                longest,
                Duration.ofSeconds(10),
                Duration.ofMillis(100),
                Duration.ofSeconds(5),
                Duration.ofSeconds(1),
                Duration.ofSeconds(60),
                Duration.ofSeconds(10));
    }

    /** The age at which a conversation ends, given how quiet the speaker is. */
    Duration rotate(Pauses pauses) {
        if (pauses.betweenSentences()) {
            return rotateBetweenSentences;
        }
        return pauses.quiet() ? rotateInPause : rotateAnyway;
    }
}
