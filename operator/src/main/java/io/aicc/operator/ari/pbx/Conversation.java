package io.aicc.operator.ari.pbx;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A customer's call as it stands: who is the customer, and who is, or is about to be, at the other end.
 *
 * @param customer the customer's leg, as last seen
 * @param agents legs of whoever talks to the customer (TALKING), or whose phones ring for the customer (RINGING)
 * @param end why it ended (OVER)
 */
public record Conversation(
        TranscriptionMark mark,
        PbxChannel customer,
        Stage stage,
        List<PbxChannel> agents,
        @Nullable EndReason end) {

    /** How far a call has come; it may go back and forth between all but the last. */
    public enum Stage {
        /** Nobody is there: waiting in a queue, in a menu, between two agents. */
        ALONE,
        /** Somebody's phone rings. */
        RINGING,
        /** Somebody has answered. */
        TALKING,
        /** The customer's leg is gone. */
        OVER
    }

    /** Why a call ended; the names are written into the record. */
    public enum EndReason {
        CustomerHangup,
        AgentHangup,
        NoAnswer,
        Busy,
        Cancelled,
        Unreachable,
        Unanswered,
        EndedUnwatched
    }

    public Conversation {
        agents = List.copyOf(agents);
    }
}
