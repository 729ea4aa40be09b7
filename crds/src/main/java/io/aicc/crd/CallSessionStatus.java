package io.aicc.crd;

import com.fasterxml.jackson.annotation.JsonClassDescription;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the operator made of a call. Written by the operator only. */
@JsonClassDescription("What the operator made of the call.")
@JsonInclude(JsonInclude.Include.NON_NULL)
public record CallSessionStatus(
        @ValidationRule(
                value =
                        "oldSelf == self || {'Pending': 0, 'Ready': 1, 'Active': 2, 'Ending': 3, 'Ended': 4, 'Failed': 4}[oldSelf]"
                                + " < {'Pending': 0, 'Ready': 1, 'Active': 2, 'Ending': 3, 'Ended': 4, 'Failed': 4}[self]",
                message = "status.phase only moves forward: Pending, Ready, Active, Ending, then Ended or Failed")
        @JsonPropertyDescription("Where the call stands: Pending, Ready, Active, Ending, Ended or Failed.")
        @Nullable
        Phase phase,

        @JsonPropertyDescription("Where the PBX must send the two RTP streams.") @Nullable
        MediaEndpoint mediaEndpoint,

        @JsonPropertyDescription("The worker pod that serves the call.") @Nullable
        WorkerReference worker,

        @JsonPropertyDescription("When each step happened, UTC in microseconds.") @Nullable
        Times times,

        @JsonPropertyDescription(
                "Ready says whether a worker serves the call, and if not, why (for example PortsExhausted).")
        @Nullable
        List<Condition> conditions,

        @JsonPropertyDescription(
                "What those workers counted that the call has lost; present once another one had to go on, and part of the summary.")
        @Nullable
        Earlier earlier,

        @JsonPropertyDescription("What the call amounted to; present once it has ended.") @Nullable
        Summary summary) {

    /** Nothing known yet. */
    public static final CallSessionStatus EMPTY = new CallSessionStatus(null, null, null, null, null, null, null);

    /** Address of the worker's two sockets: an even port for the customer, the odd one after it for the agent. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @ValidationRule(
            value = "self.customerPort % 2 == 0",
            message = "status.mediaEndpoint.customerPort must be even (the agent has the odd one)")
    @ValidationRule(
            value = "self.agentPort == self.customerPort + 1",
            message = "status.mediaEndpoint.agentPort must be customerPort + 1")
    public record MediaEndpoint(
            @Required @JsonPropertyDescription("IP address of the worker pod, or of its node in HostPort mode.")
            String host,

            @Required
            @Min(20000)
            @Max(29998)
            @JsonPropertyDescription("UDP port for the customer's audio: even, 20000 to 29998.")
            int customerPort,

            @Required
            @Min(20001)
            @Max(29999)
            @JsonPropertyDescription("UDP port for the agent's audio: customerPort + 1.")
            int agentPort,

            @Required
            @Min(1)
            @Max(Bounded.MOST)
            @JsonDeserialize(using = Bounded.class)
            @JsonPropertyDescription(
                    "Rises by one whenever the endpoint moves to another worker in mid-call: re-point the tap.")
            int generation) {}

    /** Which pod, exactly: names repeat, uids do not. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record WorkerReference(
            @Required @JsonPropertyDescription("Name of the worker pod.")
            String pod,

            @Required @JsonPropertyDescription("UID of the worker pod.")
            String uid) {}

    /** UTC in microseconds, as {@code 2026-01-31T12:00:00.000000Z}. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Times(
            @Size(max = 27) @JsonPropertyDescription("A worker acknowledged the call.") @Nullable
            String ready,

            @Size(max = 27) @JsonPropertyDescription("The first audio was heard.") @Nullable
            String active,

            @Size(max = 27) @JsonPropertyDescription("The operator learnt that the call is over.") @Nullable
            String ending,

            @Size(max = 27)
            @JsonPropertyDescription("The worker's media sockets were closed; the port pair is in quarantine.")
            @Nullable
            String mediaClosed,

            @Size(max = 27)
            @JsonPropertyDescription("The last word was delivered or given up, and the worker was let go.")
            @Nullable
            String ended,

            @Size(max = 27)
            @JsonPropertyDescription(
                    "The call lost its worker and had no other until it was over: nothing said after this was transcribed.")
            @Nullable
            String unserved) {
        /** No step has happened. */
        public static final Times NONE = new Times(null, null, null, null, null);

        /** Of a call that has a worker, or had one to its end. */
        public Times(
                @Nullable String ready,
                @Nullable String active,
                @Nullable String ending,
                @Nullable String mediaClosed,
                @Nullable String ended) {
            this(ready, active, ending, mediaClosed, ended, null);
        }
    }

    /** Counts that would be lost with the operator's memory: only it has heard the workers that are no more. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Earlier(
            @Max(Bounded.MOST)
            @JsonDeserialize(using = Bounded.class)
            @JsonPropertyDescription("How often another worker process had to go on with the call.")
            int takeovers,

            @JsonPropertyDescription("RTP of the customer.") @Nullable
            Stream customer,

            @JsonPropertyDescription("RTP of the agent.") @Nullable
            Stream agent,

            @JsonPropertyDescription("Final transcripts produced.")
            long transcripts,

            @JsonPropertyDescription("Finals that went with a pod before every receiver had them.")
            long undelivered) {}

    /** Packets of one speaker. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Stream(
            @JsonPropertyDescription("RTP packets accepted.")
            long received,

            @JsonPropertyDescription("RTP packets that never came, by sequence number.")
            long lost,

            @JsonPropertyDescription("RTP packets that came too late to be heard.")
            long late,

            @JsonPropertyDescription("Packets refused, by reason.") @Nullable
            Map<String, Long> rejected) {}

    /** Totals of a call, both streams together where not said otherwise. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Summary(
            @JsonPropertyDescription("From when the session was ready to its end, milliseconds.")
            long durationMs,

            @JsonPropertyDescription("RTP packets of the customer accepted.")
            long customerPackets,

            @JsonPropertyDescription("RTP packets of the agent accepted.")
            long agentPackets,

            @JsonPropertyDescription(
                    "RTP packets that were not heard: they never came, by sequence number, or the worker was too busy to take them.")
            long packetsLost,

            @JsonPropertyDescription("RTP packets that came too late to be heard.")
            long packetsLate,

            @JsonPropertyDescription("Packets refused: wrong source, malformed, wrong payload type, second SSRC.")
            long packetsRejected,

            @JsonPropertyDescription(
                    "Packets that came and were not heard, by reason, as in the metric aicc_udp_dropped_total.")
            @JsonInclude(JsonInclude.Include.NON_EMPTY)
            @Nullable
            Map<String, Long> packetsDropped,

            @JsonPropertyDescription("Final transcripts produced.")
            long transcripts,

            @JsonPropertyDescription(
                    "Finals that some receiver had not got by the drain limit; of a worker that was lost, those that waited when it was last heard.")
            long undelivered,

            @JsonPropertyDescription("Median time from the last audio of an utterance to its final text, milliseconds.")
            long sttLatencyMs,

            @Max(Bounded.MOST)
            @JsonDeserialize(using = Bounded.class)
            @JsonPropertyDescription(
                    "How often another worker process had to go on with the call; what was said meanwhile is missing, see the gap events.")
            int takeovers,

            @JsonPropertyDescription("Why the call ended, as the worker saw it.") @Nullable
            String reason) {}
}
