package io.aicc.demo.report;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.aicc.demo.player.Damage.Dealt;
import io.aicc.wire.event.Channel;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The demo's report; as JSON it is what {@code --report FILE} writes.
 *
 * @param ok whether every check holds
 * @param model what recognised the words
 * @param checks what must hold
 * @param transcripts final texts by call id and speaker, in order
 */
public record DemoReport(
        boolean ok,
        String model,
        List<Check> checks,
        List<Call> calls,
        Map<String, Map<Channel, List<String>>> transcripts) {

    /**
     * One thing that must hold.
     *
     * @param detail the figure, and the limit
     */
    public record Check(String name, boolean ok, String detail) {}

    /**
     * One call.
     *
     * @param readyMs from asking for the CallSession until it was Ready, as its record says
     * @param firstWordMs from the first spoken sample until the first word was received
     * @param wordErrorRate by speaker; empty when nobody knows what is said
     * @param foreignWords words found under this call's speakers that another speaker said
     * @param portsFreeMs from hang-up until the port pair could be leased again, quarantine included
     */
    public record Call(
            String callId,
            long readyMs,
            long firstWordMs,
            Map<Channel, WordErrors> wordErrorRate,
            int foreignWords,
            Finals finals,
            Packets packets,
            long portsFreeMs) {}

    /**
     * Share of the words that were heard wrongly.
     *
     * @param pipeline over RTP, in real time, by the worker
     * @param clean the same engine on the same recording, no network and no clock
     * @param pipelineWords lost and doubled words over RTP
     * @param cleanWords lost and doubled words of the recording
     */
    public record WordErrors(double pipeline, double clean, Words pipelineWords, Words cleanWords) {}

    /**
     * Words of the script that were not heard at all, and words that were heard once more than they were said.
     */
    public record Words(int lost, int doubled) {}

    /** Final transcripts: said to exist by the sender, held by the receiver, acknowledged by it. */
    public record Finals(long expected, long delivered, long acknowledged) {}

    /**
     * RTP packets of both speakers.
     *
     * @param sent to the worker, each counted once: those that were sent twice, and those that were lost on purpose; absent when
     *     only the PBX knows
     * @param damage done to them on purpose; absent when there was none
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Packets(
            @Nullable Long sent,
            long received,
            long lost,
            @Nullable Long rejected,
            @Nullable Dealt damage) {}
}
