package io.aicc.operator.ari.pbx;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Something happened at the PBX. Events may come twice, late, or not at all. */
public sealed interface PbxEvent {

    /** A channel exists, and this is how it is. */
    record ChannelSeen(PbxChannel channel) implements PbxEvent {}

    /** A channel is no more. */
    record ChannelGone(String channel) implements PbxEvent {}

    /**
     * Somebody put the receiver down, or the PBX wants the channel to leave what it is doing.
     *
     * @param byPhone the phone itself: nothing brings the channel back, though its dialplan may still have things to do
     */
    record HangupAsked(String channel, boolean byPhone) implements PbxEvent {}

    /**
     * A phone is called on behalf of a channel.
     *
     * @param caller the channel that wants to be connected; none when the PBX itself calls
     */
    record Dialled(@Nullable String caller, String peer, DialStatus status) implements PbxEvent {}

    /** A bridge exists, and these are in it. */
    record BridgeSeen(PbxBridge bridge) implements PbxEvent {}

    /** A bridge is no more. */
    record BridgeGone(String bridge) implements PbxEvent {}

    /** A channel is in a bridge now, and in no other. */
    record BridgeEntered(PbxBridge bridge, String channel) implements PbxEvent {}

    /** A channel is no longer in a bridge. */
    record BridgeLeft(String bridge, String channel) implements PbxEvent {}

    /** A channel takes the place of another, which is about to go. */
    record Replaced(String former, String by) implements PbxEvent {}

    /** A channel that is not ours came into our application by the dialplan. */
    record StasisEntered(String channel, List<String> arguments) implements PbxEvent {}

    /** A party did something that its transcript should show. */
    record Signalled(String channel, Signal signal) implements PbxEvent {}

    /** What a party can do beside talking. */
    enum Signal {
        HOLD,
        UNHOLD,
        DIGIT
    }

    /** How a call to a phone stands. */
    enum DialStatus {
        CALLING,
        RINGING,
        ANSWERED,
        BUSY,
        NO_ANSWER,
        CANCELLED,
        UNREACHABLE;

        /** As ARI writes it; the empty text is the beginning. */
        public static DialStatus of(@Nullable String text) {
            return switch (text) {
                case "RINGING", "PROGRESS" -> RINGING;
                case "ANSWER" -> ANSWERED;
                case "BUSY" -> BUSY;
                case "NOANSWER" -> NO_ANSWER;
                case "CANCEL" -> CANCELLED;
                case "CHANUNAVAIL", "CONGESTION", "DONTCALL", "TORTURE", "INVALIDARGS" -> UNREACHABLE;
                case null, default -> CALLING;
            };
        }

        boolean pending() {
            return this == CALLING || this == RINGING;
        }

        boolean failed() {
            return !pending() && this != ANSWERED;
        }
    }
}
