package io.aicc.worker.publish;

import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says once that a receiver which told us what it has does so no more, although it is sent events, and once that it goes on. It
 * is there and answers pings: nothing else would say what its events wait for. Not thread-safe.
 */
final class AckWatch {
    private static final Logger log = LoggerFactory.getLogger(AckWatch.class);

    private final Destination destination;
    private final long limitNanos;
    private long acked;
    private long sinceNanos;
    private boolean told;

    /**
     * For one destination.
     *
     * @param limit how long an acknowledgement may take
     * @param acked the last one, a sequence number
     */
    AckWatch(Destination destination, Duration limit, long acked, long nowNanos) {
        this.destination = destination;
        this.limitNanos = limit.toNanos();
        this.acked = acked;
        this.sinceNanos = nowNanos;
    }

    /**
     * To be told how it stands every now and then.
     *
     * @param ackedNow the last acknowledgement
     * @param owed whether there is another one to wait for
     * @param waiting durable events without one, those included that are not under way
     */
    void look(long nowNanos, long ackedNow, boolean owed, int waiting) {
        boolean goesOn = ackedNow > acked;
        acked = ackedNow;
        if (goesOn || !owed) {
            sinceNanos = nowNanos;
        }
        if (goesOn && told) {
            told = false;
            log.atInfo().addKeyValue("destination", destination.name()).log("receiver acknowledges again");
        } else if (!told && nowNanos - sinceNanos > limitNanos) {
            told = true;
            log.atWarn()
                    .addKeyValue("destination", destination.name())
                    .addKeyValue("client_id", destination.clientId())
                    .addKeyValue("waiting", waiting)
                    .addKeyValue("since_ms", (nowNanos - sinceNanos) / 1_000_000)
                    .log("receiver takes events and acknowledges none, they wait");
        }
    }
}
