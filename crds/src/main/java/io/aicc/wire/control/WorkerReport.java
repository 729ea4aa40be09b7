package io.aicc.wire.control;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Everything the operator may know of a worker, whole each time: a lost report costs nothing.
 *
 * @param state where the worker stands
 * @param sessionUid its session; null while idle
 * @param customer counters of the customer's stream
 * @param agent counters of the agent's stream
 * @param transcripts final transcripts produced so far
 * @param undelivered durable events that some receiver has not got yet
 * @param summary the totals; present when done
 */
public record WorkerReport(
        State state,
        @Nullable String sessionUid,
        StreamCounters customer,
        StreamCounters agent,
        long transcripts,
        long undelivered,
        @Nullable CallSummary summary) {

    /** A worker only moves forward, and serves one call. */
    public enum State {
        /** Sockets bound, no call yet. */
        IDLE,
        /** Has its call; nothing heard yet. */
        ASSIGNED,
        /** Hears the call. */
        ACTIVE,
        /** Media sockets closed; the last words are on their way. */
        DRAINING,
        /** Nothing left to do; the summary is final. */
        DONE
    }

    /**
     * One RTP stream.
     *
     * @param received packets accepted
     * @param lost packets that never came, by sequence number
     * @param late packets that came after their turn
     * @param rejected packets refused, by reason
     */
    public record StreamCounters(long received, long lost, long late, Map<String, Long> rejected) {
        /** Nothing received. */
        public static final StreamCounters ZERO = new StreamCounters(0, 0, 0, Map.of());

        /** Packets refused for any reason. */
        public long rejectedInAll() {
            return rejected.values().stream().mapToLong(Long::longValue).sum();
        }
    }

    /**
     * What the call amounted to.
     *
     * @param durationMs from assignment to end
     * @param transcripts final transcripts produced
     * @param undelivered final events that no receiver got within the drain limit
     * @param sttLatencyMs median time from the last audio of an utterance to its final text
     * @param reason why it ended
     */
    public record CallSummary(long durationMs, long transcripts, long undelivered, long sttLatencyMs, String reason) {}
}
