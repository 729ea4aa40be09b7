package io.aicc.bench.calls;

import io.aicc.bench.Report;
import io.aicc.demo.receiver.Transcript;
import io.aicc.demo.script.Conversation;
import io.aicc.demo.script.ConversationLibrary;
import io.aicc.demo.script.ForeignWords;
import io.aicc.demo.script.Line;
import io.aicc.demo.script.PhraseModel;
import io.aicc.demo.script.ScriptException;
import io.aicc.demo.script.WordErrorRate;
import io.aicc.wire.event.Channel;
import io.aicc.wire.event.EventBody.TranscriptFinal;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Workers recognise words, with the phrase model of the demo's scripts. Calls with the same conversation, of which there are
 * eight, cannot be told apart by them.
 */
final class Words implements Hearing {
    private static final double MOST_WRONG = 0.10;

    private final Map<String, String> settings;
    private final ForeignWords<Speaker> fingerprints;
    private WordErrorRate errors = new WordErrorRate(0, 0, 0, 0);
    private long foreign;

    private record Speaker(String conversation, Channel channel) {}

    Words(ConversationLibrary library, Path directory) throws ScriptException, IOException {
        settings = PhraseModel.of(library.texts())
                .write(directory.toAbsolutePath())
                .settings();
        Map<Speaker, List<String>> scripts = new HashMap<>();
        for (Conversation conversation : library.conversations()) {
            for (Channel channel : Channel.values()) {
                scripts.put(
                        new Speaker(conversation.name(), channel),
                        conversation.lines(channel).stream().map(Line::text).toList());
            }
        }
        fingerprints = new ForeignWords<>(scripts);
    }

    @Override
    public String what() {
        return "recognised by pocketsphinx, which knows the demo's sentences";
    }

    @Override
    public Map<String, String> workerSettings() {
        return settings;
    }

    @Override
    public short[] voice(Talk talk, Channel channel) {
        return talk.conversation().track(channel);
    }

    @Override
    public synchronized void judge(Talk talk, Transcript transcript) {
        for (Channel channel : Channel.values()) {
            List<String> heard = transcript.finals(channel).stream()
                    .map(TranscriptFinal::text)
                    .toList();
            errors = errors.plus(WordErrorRate.of(talk.text(channel), String.join("\n", heard)));
            foreign += fingerprints.count(new Speaker(talk.conversation().name(), channel), heard);
        }
    }

    @Override
    public synchronized void conclude(Report report, Report.Row row) {
        row.with("words_said", errors.words())
                .with("words_wrong_percent", 100 * errors.rate())
                .with("words_lost", errors.lost())
                .with("words_of_somebody_else", foreign);
        report.goal("no word of somebody else", foreign == 0, "%d", foreign);
        report.goal(
                "words are understood",
                errors.words() > 0 && errors.rate() <= MOST_WRONG,
                "%.1f %% of %d wrong, limit %.0f %%",
                100 * errors.rate(),
                errors.words(),
                100 * MOST_WRONG);
    }
}
