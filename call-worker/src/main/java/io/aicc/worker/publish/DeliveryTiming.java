package io.aicc.worker.publish;

import io.aicc.runtime.Backoff;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * How long things may take.
 *
 * @param heartbeat silence after which a sign of life is sent
 * @param resumeWait how long a receiver may take to say what it has
 * @param connect for the TCP connection and again for the handshakes
 * @param ping between two questions whether the other side is there
 * @param deaf after so long without any byte from a receiver it is taken for gone
 * @param acknowledge how long a receiver that acknowledges may take to, before that is told
 * @param minBackoff upper bound of the first pause before a reconnect
 * @param maxBackoff upper bound of all later ones
 * @param tick how often tokens and silences are looked at
 */
record DeliveryTiming(
        Duration heartbeat,
        Duration resumeWait,
        Duration connect,
        Duration ping,
        Duration deaf,
        Duration acknowledge,
        Duration minBackoff,
        Duration maxBackoff,
        Duration tick) {

    static final DeliveryTiming DEFAULT = new DeliveryTiming(
            Duration.ofSeconds(15),
            Duration.ofSeconds(1),
            Duration.ofSeconds(5),
            Duration.ofSeconds(5),
            Duration.ofSeconds(15),
            Duration.ofSeconds(30),
            Duration.ofMillis(100),
            Duration.ofSeconds(5),
            Duration.ofSeconds(1));

    /** For one destination. */
    Backoff backoff() {
        return new Backoff(minBackoff, maxBackoff, ThreadLocalRandom.current());
    }
}
