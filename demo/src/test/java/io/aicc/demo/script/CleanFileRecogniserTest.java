package io.aicc.demo.script;

import static org.assertj.core.api.Assertions.assertThat;

import io.aicc.runtime.Settings;
import io.aicc.runtime.Tasks;
import io.aicc.wire.event.Channel;
import io.aicc.worker.speech.SpeechEngine;
import io.aicc.worker.speech.SpeechEngines;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With the real recogniser, model and recordings; fails, and says what to install, where they are missing. */
class CleanFileRecogniserTest {
    @TempDir
    Path directory;

    @Test
    void thePhraseModelHearsNineOfTenWordsOfEverySpeakerAndNobodyElses() throws Exception {
        ConversationLibrary library = ConversationLibrary.open();
        Map<String, List<String>> said = new HashMap<>();
        Map<String, List<String>> heard = new HashMap<>();
        Map<String, String> settings =
                PhraseModel.of(library.texts()).write(directory).settings();
        try (SpeechEngine engine = Settings.load(settings, SpeechEngines::choose)
                .create(new Tasks(Duration.ZERO), new SimpleMeterRegistry())) {
            assertThat(engine.model()).isEqualTo("demo phrase model");
            List<String> speakers = new ArrayList<>();
            List<short[]> tracks = new ArrayList<>();
            for (Conversation conversation : library.conversations()) {
                for (Channel channel : Channel.values()) {
                    String speaker = conversation.name() + " " + channel;
                    said.put(
                            speaker,
                            conversation.lines(channel).stream().map(Line::text).toList());
                    speakers.add(speaker);
                    tracks.add(conversation.track(channel));
                }
            }
            List<List<String>> texts = CleanFileRecogniser.transcribe(engine, tracks, "en-US");
            for (int i = 0; i < speakers.size(); i++) {
                heard.put(speakers.get(i), texts.get(i));
            }
        }

        ForeignWords<String> foreign = new ForeignWords<>(said);
        said.forEach((speaker, texts) -> {
            String reference = String.join("\n", texts);
            String transcript = String.join("\n", heard.getOrDefault(speaker, List.of()));
            assertThat(WordErrorRate.of(reference, transcript).rate())
                    .as("%s, heard: %s", speaker, transcript)
                    .isLessThanOrEqualTo(0.10);
            assertThat(foreign.count(speaker, heard.getOrDefault(speaker, List.of())))
                    .as(speaker)
                    .isZero();
        });
    }
}
