package io.aicc.wire.control;

import java.util.HashMap;
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
 * @param told how much of the call another worker would not have to tell; null while idle
 * @param summary the totals; present when done
 */
public record WorkerReport(
        State state,
        @Nullable String sessionUid,
        StreamCounters customer,
        StreamCounters agent,
        long transcripts,
        long undelivered,
        @Nullable Told told,
        @Nullable CallSummary summary) {

    /** This and what a later worker of the same session counted; whatever is no count is the later one's. */
    public WorkerReport plus(WorkerReport later) {
        CallSummary last = later.summary;
        CallSummary whole = last == null
                ? null
                : new CallSummary(
                        last.durationMs(),
                        transcripts + last.transcripts(),
                        last.undelivered(),
                        last.sttLatencyMs(),
                        last.reason());
        return new WorkerReport(
                later.state,
                later.sessionUid,
                customer.plus(later.customer),
                agent.plus(later.agent),
                transcripts + later.transcripts,
                later.undelivered,
                later.told,
                whole);
    }

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

        /** The reason under which a worker counts packets that it had no time for. */
        public static final String OVERLOAD = "overload";

        /** Packets of this call that were not heard: lost on the way, or in our own hurry. */
        public long unheard() {
            return lost + rejected.getOrDefault(OVERLOAD, 0L);
        }

        /** Packets that are none of this call, or make no sense. */
        public long refused() {
            return rejected.values().stream().mapToLong(Long::longValue).sum() - rejected.getOrDefault(OVERLOAD, 0L);
        }

        StreamCounters plus(StreamCounters other) {
            Map<String, Long> reasons = new HashMap<>(rejected);
            other.rejected.forEach((reason, packets) -> reasons.merge(reason, packets, Long::sum));
            return new StreamCounters(
                    received + other.received, lost + other.lost, late + other.late, Map.copyOf(reasons));
        }
    }

    /**
     * What the call amounted to.
     *
     * @param durationMs from when the session was ready to its end
     * @param transcripts final transcripts produced
     * @param undelivered final events that some receiver had not got by the drain limit
     * @param sttLatencyMs median time from the last audio of an utterance to its final text
     * @param reason why it ended
     */
    public record CallSummary(long durationMs, long transcripts, long undelivered, long sttLatencyMs, String reason) {}
}
