package io.aicc.demo.script;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.aicc.wire.event.Channel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On Debian's recordings; fails, and says what to install, where they are missing. */
class ConversationLibraryTest {
    private static List<Conversation> conversations = List.of();

    @TempDir
    Path directory;

    @BeforeAll
    static void openTheLibrary() throws ScriptException {
        conversations = ConversationLibrary.open().conversations();
    }

    @Test
    void holdsSixCallsAndMoreOfUsefulLength() {
        assertThat(conversations).hasSizeGreaterThanOrEqualTo(6);
        assertThat(conversations).allSatisfy(conversation -> assertThat(conversation.durationMs())
                .isBetween(25_000L, 50_000L));
        assertThat(conversations).extracting(Conversation::name).doesNotHaveDuplicates();
    }

    @Test
    void bothSpeakersTalkAndSometimesAtOnce() {
        for (Conversation conversation : conversations) {
            assertThat(conversation.lines(Channel.CUSTOMER)).hasSizeGreaterThanOrEqualTo(3);
            assertThat(conversation.lines(Channel.AGENT)).hasSizeGreaterThanOrEqualTo(3);
            assertThat(conversation.track(Channel.CUSTOMER)).hasSameSizeAs(conversation.track(Channel.AGENT));
            List<Line> lines = conversation.lines();
            boolean overlap = false;
            for (int i = 1; i < lines.size(); i++) {
                overlap |= lines.get(i).startMs() < lines.get(i - 1).endMs();
            }
            assertThat(overlap).as("an overlap in %s", conversation.name()).isTrue();
        }
    }

    @Test
    void everyLineOfEverySpeakerIsNoticedUnderEveryOther() {
        Map<String, List<String>> scripts = scripts();
        ForeignWords<String> foreign = new ForeignWords<>(scripts);

        scripts.forEach((speaker, own) -> {
            assertThat(foreign.count(speaker, own)).as(speaker).isZero();
            scripts.forEach((other, lines) -> {
                for (String line : other.equals(speaker) ? List.<String>of() : lines) {
                    List<String> heard = new ArrayList<>(own);
                    heard.add(1, line);
                    assertThat(foreign.count(speaker, heard))
                            .as("'%s' under %s", line, speaker)
                            .isPositive();
                }
            });
        });
    }

    @Test
    void soundIsWhereTheLinesSay() {
        for (Conversation conversation : conversations) {
            for (Line line : conversation.lines()) {
                short[] track = conversation.track(line.channel());
                assertThat(loudest(track, line.startMs(), line.endMs()))
                        .as("%s in %s", line.wav(), conversation.name())
                        .isGreaterThan(1_000);
            }
            assertThat(loudest(conversation.track(Channel.AGENT), 0, 400)).isZero();
        }
    }

    @Test
    void missingRecordingsNameTheirPackages() {
        assertThatThrownBy(() -> ConversationLibrary.open(directory.resolve("sounds"), directory.resolve("texts")))
                .isInstanceOf(ScriptException.class)
                .hasMessageEndingWith("apt-get install asterisk-core-sounds-en-wav asterisk-core-sounds-en");
        assertThatThrownBy(() -> ConversationLibrary.open(directory, directory.resolve("texts")))
                .isInstanceOf(ScriptException.class)
                .hasMessageContaining("texts of the recordings are not on this machine")
                .hasMessageEndingWith("asterisk-core-sounds-en");
        assertThatThrownBy(() -> ConversationLibrary.arrange("conversation a\nagent +0 gone", directory, Map.of()))
                .isInstanceOf(ScriptException.class)
                .hasMessageContaining("recording gone is missing");
    }

    @Test
    void aSpeakerNeverTalksOverHerself() {
        Line line = conversations.getFirst().lines().getFirst();
        Line again = new Line(line.channel(), line.endMs() - 10, line.endMs() + 10, line.wav(), line.text());

        assertThatThrownBy(() -> Conversation.of("twice", List.of(line, again)))
                .isInstanceOf(ScriptException.class)
                .hasMessageContaining("is still speaking");
    }

    @Test
    void theUsersOwnRecordingsAreAConversationWithTheTextsBesideThem() throws Exception {
        Path spoken = conversations.getFirst().lines().getFirst().wav();
        Path customer = Files.copy(spoken, directory.resolve("customer.wav"));
        Path agent = Files.copy(spoken, directory.resolve("agent.wav"));
        Files.writeString(directory.resolve("agent.txt"), "What the agent says.");

        Conversation conversation = Conversation.ofRecordings(customer, agent);

        assertThat(conversation.text(Channel.CUSTOMER)).isEmpty();
        assertThat(conversation.text(Channel.AGENT)).isEqualTo("What the agent says.");
        assertThat(conversation.track(Channel.CUSTOMER))
                .startsWith(Recording.read(spoken).samples());
    }

    private static Map<String, List<String>> scripts() {
        Map<String, List<String>> scripts = new HashMap<>();
        for (Conversation conversation : conversations) {
            for (Channel channel : Channel.values()) {
                scripts.put(
                        conversation.name() + " " + channel,
                        conversation.lines(channel).stream().map(Line::text).toList());
            }
        }
        return scripts;
    }

    private static int loudest(short[] track, long fromMs, long toMs) {
        int loudest = 0;
        for (int i = (int) fromMs * 8; i < toMs * 8; i++) {
            loudest = Math.max(loudest, Math.abs(track[i]));
        }
        return loudest;
    }
}
