package io.aicc.wire.control;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.aicc.crd.Bounded;
import io.aicc.wire.MicroTime;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Everything the operator may know of a worker, whole each time: a lost report costs nothing.
 *
 * @param state where the worker stands
 * @param sessionUid its session; null while idle
 * @param known what it knows of its call; null while idle
 * @param customer counters of the customer's stream
 * @param agent counters of the agent's stream
 * @param transcripts final transcripts produced so far
 * @param undelivered finals that some receiver has not got yet
 * @param unsaved how many of those are on no disk: they end with the process; null: of the release
 *     before, which does not say so
 * @param untranscribedMs how much of the speakers' audio has no words because it was not recognised in time or at all: the length
 *     of the gaps {@code overload} and {@code stt_failed}; null: of the release before
 * @param coveredUntil what another worker would not have to tell again; null while idle
 * @param summary the totals; present when done
 */
public record WorkerReport(
        State state,
        @Nullable String sessionUid,
        @Nullable KnownCall known,
        StreamCounters customer,
        StreamCounters agent,
        long transcripts,
        long undelivered,
        @Nullable Long unsaved,
        @Nullable Long untranscribedMs,
        @JsonProperty("told") @Nullable CoveredUntil coveredUntil,
        @Nullable CallSummary summary) {
    /** @throws IllegalArgumentException when it does not say where the worker stands and what it counted */
    public WorkerReport {
        require(state != null, "state: missing");
        require(customer != null, "customer: missing");
        require(agent != null, "agent: missing");
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalArgumentException(otherwise);
        }
    }

    /** Of a worker that has counted nothing yet. */
    public static WorkerReport blank(State state, @Nullable String sessionUid) {
        return new WorkerReport(
                state, sessionUid, null, StreamCounters.ZERO, StreamCounters.ZERO, 0, 0, null, null, null, null);
    }

    /** Of one of which no more is known than that so many finals went with it. */
    public static WorkerReport undelivered(long finals) {
        return new WorkerReport(
                State.IDLE, null, null, StreamCounters.ZERO, StreamCounters.ZERO, 0, finals, null, null, null, null);
    }

    /** This and what a later worker of the same session counted; whatever is no count is the later one's. */
    public WorkerReport plus(WorkerReport later) {
        CallSummary last = later.summary;
        CallSummary whole = last == null
                ? null
                : new CallSummary(
                        last.durationMs(),
                        transcripts + last.transcripts(),
                        undelivered + last.undelivered(),
                        last.sttLatencyMs(),
                        last.reason());
        return new WorkerReport(
                later.state,
                later.sessionUid,
                later.known,
                customer.plus(later.customer),
                agent.plus(later.agent),
                transcripts + later.transcripts,
                undelivered + later.undelivered,
                sum(unsaved, later.unsaved),
                sum(untranscribedMs, later.untranscribedMs),
                later.coveredUntil,
                whole);
    }

    /** The same of a process whose outbox the next one goes on with: of what it had not delivered only that is lost which is not there. */
    public WorkerReport outboxHandedOn() {
        return new WorkerReport(
                state,
                sessionUid,
                known,
                customer,
                agent,
                transcripts,
                unsaved == null ? 0 : unsaved,
                unsaved,
                untranscribedMs,
                coveredUntil,
                summary);
    }

    private static @Nullable Long sum(@Nullable Long one, @Nullable Long other) {
        return one == null ? other : other == null ? one : Long.valueOf(one + other);
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
     * What a worker knows of its call: whoever leads next need not tell it again, and can mend a record that was wiped.
     *
     * @param generation of the media endpoint, 1 to {@link #LAST_GENERATION}
     * @param readyAt zero of the call's timeline ({@link MicroTime})
     * @param heardAt when its first audio came; null before
     * @param customerSource only address heard on the customer's port; null: the pool's networks decide
     * @param agentSource the same for the agent's port
     * @param callEvents how many of the call's events it was told, 0 or more
     */
    public record KnownCall(
            int generation,
            @Nullable String readyAt,
            @Nullable String heardAt,
            @Nullable String customerSource,
            @Nullable String agentSource,
            int callEvents) {
        /** More often no call moves; the record can hold no greater one. */
        public static final int LAST_GENERATION = Bounded.MOST;

        /** @throws IllegalArgumentException when a number cannot be true */
        public KnownCall {
            require(generation >= 1 && generation <= LAST_GENERATION, "known.generation: " + generation);
            require(callEvents >= 0, "known.call_events: " + callEvents);
        }

        /** Of a call that was just handed over. */
        public static KnownCall of(CallAssignment call, @Nullable String readyAt, @Nullable String heardAt) {
            return new KnownCall(
                    call.generation(),
                    readyAt,
                    heardAt,
                    call.customerSource(),
                    call.agentSource(),
                    call.callEvents().size());
        }
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

        /** More than there are; a worker that was broken into may name any number of them, all with the same hash. */
        private static final int MOST_REASONS = 32;

        private static final String OTHER = "other";

        /** @throws IllegalArgumentException when a reason has no number, there is nothing of reasons, or too many */
        public StreamCounters {
            require(
                    rejected != null && rejected.values().stream().noneMatch(Objects::isNull),
                    "rejected: expected a number for each reason");
            require(
                    rejected.size() <= MOST_REASONS + 1,
                    "rejected: more reasons than there are"); // And one for the others.
            rejected = Map.copyOf(rejected);
        }

        /** Packets of this call that were not heard: lost on the way, or in our own hurry. */
        public long unheard() {
            return lost + rejected.getOrDefault(OVERLOAD, 0L);
        }

        /** Packets that are none of this call, or make no sense. */
        public long refused() {
            return rejected.values().stream().mapToLong(Long::longValue).sum() - rejected.getOrDefault(OVERLOAD, 0L);
        }

        /** The same with any number of reasons: those beyond what there are count as one. */
        public static StreamCounters bounded(long received, long lost, long late, Map<String, Long> rejected) {
            return new StreamCounters(received, lost, late, fold(new HashMap<>(), rejected));
        }

        StreamCounters plus(StreamCounters other) {
            return new StreamCounters(
                    received + other.received,
                    lost + other.lost,
                    late + other.late,
                    fold(fold(new HashMap<>(), rejected), other.rejected));
        }

        private static Map<String, Long> fold(Map<String, Long> reasons, Map<String, Long> more) {
            more.forEach((reason, packets) -> reasons.merge(
                    reasons.size() < MOST_REASONS || reasons.containsKey(reason) ? reason : OTHER, packets, Long::sum));
            return reasons;
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
