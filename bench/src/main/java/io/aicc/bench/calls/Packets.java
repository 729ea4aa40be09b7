package io.aicc.bench.calls;

import io.aicc.bench.Report;
import io.aicc.bench.engine.PayloadMark;
import io.aicc.bench.engine.Witness;
import io.aicc.bench.engine.WitnessProvider;
import io.aicc.demo.receiver.Transcript;
import io.aicc.wire.event.Channel;
import io.aicc.wire.event.EventBody.TranscriptFinal;
import java.util.Arrays;
import java.util.Map;

/**
 * Workers recognise nothing: they count the packets of what is said, in place of words. Every packet carries the number of its
 * speaker, so that one of another speaker cannot go unnoticed.
 */
final class Packets implements Hearing {
    private static final int SAMPLES = 160;

    private long own;
    private long foreign;
    private long silent;

    @Override
    public String what() {
        return "counted, in place of recognised";
    }

    @Override
    public Map<String, String> workerSettings() {
        return Map.of("AICC_STT_ENGINE", WitnessProvider.NAME);
    }

    @Override
    public short[] voice(Talk talk, Channel channel) {
        short[] spoken = talk.conversation().track(channel);
        short[] marked = Arrays.copyOf(spoken, Math.ceilDiv(spoken.length, SAMPLES) * SAMPLES);
        PayloadMark.mark(marked, SAMPLES, talk.speaker(channel));
        return marked;
    }

    @Override
    public synchronized void judge(Talk talk, Transcript transcript) {
        for (Channel channel : Channel.values()) {
            Witness witness = new Witness();
            transcript.finals(channel).stream().map(TranscriptFinal::text).forEach(witness::add);
            long heard = witness.of(talk.speaker(channel));
            silent += heard == 0 ? 1 : 0;
            own += heard;
            foreign += witness.ofOthers(talk.speaker(channel));
        }
    }

    @Override
    public synchronized void conclude(Report report, Report.Row row) {
        row.with("packets_in_transcripts", own)
                .with("packets_of_somebody_else", foreign)
                .with("speakers_not_in_their_transcript", silent);
        report.goal("no packet of somebody else", foreign == 0, "%d", foreign);
        report.goal("every speaker is in the transcript", own > 0 && silent == 0, "%d are not", silent);
    }
}
