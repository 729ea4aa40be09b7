package io.aicc.operator.ari.pbx;

import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * That the dialplan wants a customer's call transcribed, and what it said about it. Values are as they came: hostile.
 *
 * @param origin id of the channel that was marked; another may stand in its place by now
 * @param callId how the call is called
 * @param language BCP 47 tag, if the dialplan says
 * @param agent the agent's id, if the dialplan says
 * @param announced the call came by {@code Stasis()}: its session is wanted before any phone rings
 */
public record TranscriptionMark(
        String origin,
        String callId,
        @Nullable String language,
        @Nullable String agent,
        boolean announced) {
    private static final String TRANSCRIBE = "AICC_TRANSCRIBE";
    private static final String LANGUAGE = "AICC_LANGUAGE";
    private static final String AGENT = "AICC_AGENT";
    private static final String CALL = "AICC_CALL";

    /** The mark in a channel's variables, if they make one. */
    static Optional<TranscriptionMark> in(PbxChannel channel) {
        return channel.party() && "yes".equalsIgnoreCase(channel.variables().get(TRANSCRIBE))
                ? Optional.of(of(channel, false))
                : Optional.empty();
    }

    /** The mark of a call that was sent to our application. */
    static TranscriptionMark announced(PbxChannel channel, @Nullable String language) {
        TranscriptionMark mark = of(channel, true);
        return mark.language != null || language == null
                ? mark
                : new TranscriptionMark(mark.origin, mark.callId, language, mark.agent, true);
    }

    private static TranscriptionMark of(PbxChannel channel, boolean announced) {
        return new TranscriptionMark(
                channel.id(),
                Objects.requireNonNullElse(value(channel, CALL), channel.id()),
                value(channel, LANGUAGE),
                value(channel, AGENT),
                announced);
    }

    private static @Nullable String value(PbxChannel channel, String variable) {
        String value = channel.variables().get(variable);
        return value == null || value.isBlank() ? null : value;
    }
}
