package io.aicc.crd;

import com.fasterxml.jackson.annotation.JsonClassDescription;
import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.aicc.wire.event.Channel;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the PBX knows of a call. Fixed at creation, but for the end mark, the media sources (a re-tap changes them) and the call
 * events, which only grow.
 */
@JsonClassDescription("What the PBX knows of the call. Fixed at creation, but for ended, mediaSources and callEvents.")
@JsonInclude(JsonInclude.Include.NON_NULL)
public record CallSessionSpec(
        @Required
        @Size(min = 1, max = 128)
        @Pattern("^[A-Za-z0-9][A-Za-z0-9._:@+-]*$")
        @JsonPropertyDescription(
                "The call's id at the PBX, unique per installation; at most 128 letters, digits and ._:@+-")
        String callId,

        @Size(max = 64)
        @Pattern("^[^\\p{Cc}]*$")
        @JsonPropertyDescription(
                "The customer's number as the PBX shows it; at most 64 characters, no control characters. Never trusted: escape it where it is shown.")
        @Nullable
        String customerNumber,

        @Size(max = 64)
        @Pattern("^[^\\p{Cc}]*$")
        @JsonPropertyDescription("The agent who answered; at most 64 characters, no control characters.")
        @Nullable
        String agentId,

        @Default("en-US")
        @Size(max = 35)
        @Pattern("^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")
        @JsonPropertyDescription("Language spoken, as a BCP 47 tag such as ko-KR.")
        @Nullable
        String language,

        @Default("ULAW")
        @JsonPropertyDescription("How the PBX encodes the audio it sends: ULAW, ALAW, L16_8K or L16_16K.")
        @Nullable
        Codec codec,

        @JsonPropertyDescription("Where the call lives.") @Nullable
        PbxReference pbx,

        @Default("default")
        @Size(min = 1, max = 63)
        @Pattern("^[a-z0-9]([a-z0-9-]*[a-z0-9])?$")
        @JsonPropertyDescription("Name of the WorkerPool in the same namespace that serves the call.")
        @Nullable
        String poolRef,

        @Required
        @Size(max = 27)
        @Pattern("^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{6}Z$")
        @JsonPropertyDescription(
                "When the controller asked for transcription, UTC in microseconds: 2026-01-31T12:00:00.000000Z. (creationTimestamp has whole seconds only.)")
        String requestedAt,

        @JsonPropertyDescription("The exact addresses the PBX sends RTP from; when set, the worker hears nothing else.")
        @Nullable
        MediaSources mediaSources,

        @Size(max = CallEvent.MOST)
        @JsonPropertyDescription(
                "What happened in the call, in order: hold, unhold, another participant, a key pressed. Grows only; at most 256.")
        @Nullable
        List<CallEvent> callEvents,

        @JsonPropertyDescription("Set once, when the call is over.") @Nullable
        EndMark ended) {

    /** PBX and channels of a call. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record PbxReference(
            @Required
            @Size(min = 1, max = 253)
            @Pattern("^[A-Za-z0-9][A-Za-z0-9.:-]*$")
            @JsonPropertyDescription("Host name or address of the PBX.")
            String host,

            @Size(max = 150)
            @Pattern("^[A-Za-z0-9._:@/;+-]*$")
            @JsonPropertyDescription("Channel id of the customer's leg.")
            @Nullable
            String customerChannelId,

            @Size(max = 150)
            @Pattern("^[A-Za-z0-9._:@/;+-]*$")
            @JsonPropertyDescription("Channel id of the agent's leg.")
            @Nullable
            String agentChannelId) {}

    /** Source addresses of the two RTP streams, {@code address:port} each. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record MediaSources(
            @Size(max = 64)
            @Pattern(MediaSources.SOURCE)
            @JsonPropertyDescription("Source of the customer's audio, address:port (IPv6 in brackets).")
            @Nullable
            String customer,

            @Size(max = 64)
            @Pattern(MediaSources.SOURCE)
            @JsonPropertyDescription("Source of the agent's audio, address:port (IPv6 in brackets).")
            @Nullable
            String agent) {
        private static final String OCTET = "(25[0-5]|2[0-4][0-9]|1?[0-9]{1,2})";
        private static final String PORT =
                "([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])";

        /** An address and a port; names are not looked up. */
        static final String SOURCE = "^(\\[[0-9A-Fa-f:.]+\\]|" + OCTET + "(\\." + OCTET + "){3}):" + PORT + "$";
    }

    /**
     * Something that happened in the call, told to receivers on the transcript's timeline. A record of state, not a message:
     * the whole list is handed on each time, so nothing is lost when one hand-over is.
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record CallEvent(
            @Required
            @Size(max = 27)
            @Pattern("^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{6}Z$")
            @JsonPropertyDescription("When it happened, UTC in microseconds.")
            String at,

            @Required
            @JsonPropertyDescription(
                    "What happened: Hold, Unhold, ParticipantChanged or Dtmf (which key is never told).")
            @JsonFormat(with = JsonFormat.Feature.READ_UNKNOWN_ENUM_VALUES_AS_NULL) // one of a later version
            @Nullable
            Type type,

            @Required @JsonPropertyDescription("Whose side: customer or agent.")
            Channel channel,

            @Size(max = 64)
            @Pattern("^[^\\p{Cc}]*$")
            @JsonPropertyDescription(
                    "Who speaks on that side from now on, for ParticipantChanged; at most 64 characters, no control characters. Never trusted.")
            @Nullable
            String participantId) {
        /** More than a call has; what comes after them is not told. */
        public static final int MOST = 256;

        /** What can happen. */
        public enum Type {
            Hold,
            Unhold,
            ParticipantChanged,
            Dtmf
        }
    }

    /** That and why a call is over. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record EndMark(
            @Required
            @Size(max = 27)
            @Pattern("^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{6}Z$")
            @JsonPropertyDescription("When the call ended, UTC in microseconds.")
            String at,

            @Required
            @Size(min = 1, max = 64)
            @Pattern("^[A-Za-z][A-Za-z0-9]*$")
            @JsonPropertyDescription("Why it ended, one word in CamelCase such as CustomerHangup.")
            String reason) {}
}
