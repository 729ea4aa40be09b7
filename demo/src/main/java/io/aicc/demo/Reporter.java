package io.aicc.demo;

import io.aicc.crd.CallSessionStatus.Summary;
import io.aicc.demo.player.Damage.Dealt;
import io.aicc.demo.receiver.Transcript;
import io.aicc.demo.receiver.Transcripts;
import io.aicc.demo.report.Checks;
import io.aicc.demo.report.DemoReport;
import io.aicc.demo.report.DemoReport.Call;
import io.aicc.demo.report.DemoReport.Check;
import io.aicc.demo.report.DemoReport.Finals;
import io.aicc.demo.report.DemoReport.Packets;
import io.aicc.demo.report.DemoReport.WordErrors;
import io.aicc.demo.report.DemoReport.Words;
import io.aicc.demo.script.Conversation;
import io.aicc.demo.script.ForeignWords;
import io.aicc.demo.script.Line;
import io.aicc.demo.script.WordErrorRate;
import io.aicc.wire.event.Channel;
import io.aicc.wire.event.EventBody.TranscriptFinal;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;

/** Puts together what was said, what was received and what the API server recorded. */
final class Reporter {
    private final Transcripts transcripts;
    private final Recogniser recogniser;
    private final boolean comparable;

    /** @param comparable whether workers hear in the same way as the recogniser does here */
    Reporter(Transcripts transcripts, Recogniser recogniser, boolean comparable) {
        this.transcripts = transcripts;
        this.recogniser = recogniser;
        this.comparable = comparable;
    }

    /**
     * The report of these calls.
     *
     * @param others what else must hold
     */
    DemoReport report(List<DemoCalls.Result> results, List<Check> others) throws IOException, InterruptedException {
        ForeignWords<Speaker> fingerprints = fingerprints(results);
        Map<Speaker, String> clean = withoutTelephone(results);
        List<Call> calls = new ArrayList<>();
        Map<String, Map<Channel, List<String>>> texts = new LinkedHashMap<>();
        for (DemoCalls.Result result : results) {
            Transcript transcript = transcript(result);
            Map<Channel, List<String>> said = new EnumMap<>(Channel.class);
            for (Channel channel : Channel.values()) {
                said.put(
                        channel,
                        transcript.finals(channel).stream()
                                .map(TranscriptFinal::text)
                                .filter(text -> !text.isBlank())
                                .toList());
            }
            texts.put(callId(result), said);
            calls.add(call(result, transcript, said, fingerprints, clean));
        }
        List<Check> checks = new ArrayList<>(Checks.of(calls, recogniser.knowsTheScript(), comparable));
        checks.addAll(others);
        return new DemoReport(checks.stream().allMatch(Check::ok), recogniser.model(), checks, calls, texts);
    }

    /** One voice of the demo, told apart from every other. */
    private record Speaker(String callId, Channel channel) {}

    private static ForeignWords<Speaker> fingerprints(List<DemoCalls.Result> results) {
        Map<Speaker, List<String>> scripts = new LinkedHashMap<>();
        for (DemoCalls.Result result : results) {
            for (Channel channel : Channel.values()) {
                scripts.put(
                        new Speaker(callId(result), channel),
                        result.conversation().lines(channel).stream()
                                .map(Line::text)
                                .toList());
            }
        }
        return new ForeignWords<>(scripts);
    }

    /** What the recogniser hears in the recordings of those whose words are known. */
    private Map<Speaker, String> withoutTelephone(List<DemoCalls.Result> results)
            throws IOException, InterruptedException {
        Map<Speaker, short[]> tracks = new LinkedHashMap<>();
        for (DemoCalls.Result result : results) {
            for (Channel channel : Channel.values()) {
                if (!result.conversation().text(channel).isBlank()) {
                    tracks.put(
                            new Speaker(callId(result), channel),
                            result.conversation().track(channel));
                }
            }
        }
        Iterator<String> heard = recogniser.hear(List.copyOf(tracks.values())).iterator();
        Map<Speaker, String> texts = new LinkedHashMap<>();
        tracks.keySet().forEach(speaker -> texts.put(speaker, heard.next()));
        return texts;
    }

    private Call call(
            DemoCalls.Result result,
            Transcript transcript,
            Map<Channel, List<String>> said,
            ForeignWords<Speaker> fingerprints,
            Map<Speaker, String> clean) {
        Conversation conversation = result.conversation();
        Map<Channel, WordErrors> errors = new EnumMap<>(Channel.class);
        int foreign = 0;
        for (Channel channel : Channel.values()) {
            List<String> heard = Objects.requireNonNull(said.get(channel));
            Speaker speaker = new Speaker(callId(result), channel);
            foreign += fingerprints.count(speaker, heard);
            String cleanText = clean.get(speaker);
            if (cleanText != null) {
                String reference = conversation.text(channel);
                WordErrorRate pipeline = WordErrorRate.of(reference, String.join("\n", heard));
                WordErrorRate without = WordErrorRate.of(reference, cleanText);
                errors.put(channel, new WordErrors(pipeline.rate(), without.rate(), words(pipeline), words(without)));
            }
        }
        Transcript.Completeness proof = transcript.completeness();
        Summary summary =
                Objects.requireNonNull(result.call().session().getStatus().summary(), "an ended session has a summary");
        OptionalLong sent = result.call().packetsSent();
        Dealt damage = result.call().damage();
        return new Call(
                callId(result),
                result.call().ready().toMillis(),
                firstWordMs(result, transcript),
                errors,
                foreign,
                new Finals(proof.finalsExpected().orElse(-1L), proof.finalsHeld(), proof.finalsAcknowledged()),
                new Packets(
                        sent.isPresent()
                                ? sent.getAsLong() + (damage == null ? 0 : damage.lost() - damage.doubled())
                                : null,
                        summary.customerPackets() + summary.agentPackets(),
                        summary.packetsLost(),
                        summary.packetsRejected(),
                        damage),
                result.portsFreeMs());
    }

    private static Words words(WordErrorRate errors) {
        return new Words(errors.lost(), errors.doubled());
    }

    /** −1 when no word came. */
    private static long firstWordMs(DemoCalls.Result result, Transcript transcript) {
        Instant first = null;
        Channel speaker = Channel.CUSTOMER;
        for (Channel channel : Channel.values()) {
            Instant at = transcript.firstWordAt(channel).orElse(null);
            if (at != null && (first == null || at.isBefore(first))) {
                first = at;
                speaker = channel;
            }
        }
        if (first == null) {
            return -1;
        }
        long spokenMs = result.conversation().lines(speaker).getFirst().startMs();
        Instant spoken = result.call().mediaStarted().plusMillis(spokenMs);
        return Duration.between(spoken, first).toMillis();
    }

    private Transcript transcript(DemoCalls.Result result) throws IOException {
        String session = result.call().session().getMetadata().getUid();
        return transcripts
                .find(session)
                .orElseThrow(() -> new IOException("the receiver never heard of session " + session));
    }

    private static String callId(DemoCalls.Result result) {
        return result.call().session().getSpec().callId();
    }
}
