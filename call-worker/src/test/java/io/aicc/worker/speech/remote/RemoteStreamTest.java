package io.aicc.worker.speech.remote;

import static org.assertj.core.api.Assertions.assertThat;

import io.aicc.wire.event.EventBody.Word;
import io.aicc.worker.speech.EncodedAudio;
import io.aicc.worker.speech.SpeechException;
import io.aicc.worker.speech.SpeechListener;
import io.aicc.worker.speech.TurnPool;
import io.aicc.worker.speech.TurnRecogniser;
import io.aicc.worker.speech.remote.Failure.Kind;
import io.aicc.worker.speech.remote.NumberServer.Break;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.lifecycle.BeforeTry;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A server that understands numbers, time that passes when it is told to: whatever breaks, each number is heard once. */
class RemoteStreamTest {
    private static final Duration LONGEST = Duration.ofSeconds(285);
    private static final long SERVER_LIMIT_MS = 300_000;

    private ManualTime time;
    private NumberServer server;
    private SimpleMeterRegistry registry;
    private Circuit circuit;
    private Heard heard;
    private int frame;

    @BeforeEach
    @BeforeTry
    void start() {
        time = new ManualTime();
        server = new NumberServer(time, SERVER_LIMIT_MS);
        registry = new SimpleMeterRegistry();
        circuit = new Circuit("numbers", Timing.within(LONGEST), registry, time);
        heard = new Heard();
        frame = 0;
    }

    @Test
    void twentyMinutesWithoutAPauseBetweenUtterancesAreHeardAsIfNothingHadBeenReplaced() {
        int words = 20 * 60_000 / NumberSpeech.WORD_AND_PAUSE_MS;
        RemoteStream stream = stream(null);

        stream.begin("monologue", 0);
        say(stream, words);
        stream.end(now());

        assertThat(heard.finals).containsExactly(NumberSpeech.text(words));
        assertThat(registry.get("rotations").counter().count()).isGreaterThanOrEqualTo(4);
        assertThat(server.talks).hasSizeGreaterThanOrEqualTo(5).allSatisfy(talk -> assertThat(talk.heardMs())
                .isLessThan((int) LONGEST.toMillis()));
        assertThat(heard.interims).isNotEmpty();
        assertThat(heard.interims.stream().allMatch(NumberSpeech.text(words)::startsWith))
                .isTrue();
    }

    @Test
    void theNextConversationBeginsBeforeTheOneBeforeIsToldToEnd() {
        RemoteStream stream = stream(null);
        stream.begin("u", 0);
        while (server.talks.size() < 2) {
            assertThat(server.talks)
                    .allSatisfy(talk -> assertThat(talk.isOver()).isFalse());
            say(stream);
        }
        assertThat(server.talks.getFirst().isOver()).isTrue();
    }

    @Test
    void wordsKeepTheirPlaceOnTheTimelineAcrossConversations() {
        server.breaks(new Break(Kind.LIMIT, 5_000), new Break(Kind.TRANSPORT, 3_000));
        RemoteStream stream = stream(null);
        stream.begin("u", 0);
        say(stream, 40);
        stream.end(now());
        time.pass(Duration.ofSeconds(30));

        List<Word> words = heard.words;
        assertThat(words).hasSize(40);
        for (int i = 0; i < words.size(); i++) {
            assertThat(words.get(i).startMs()).isEqualTo((long) i * NumberSpeech.WORD_AND_PAUSE_MS);
            assertThat(words.get(i).endMs()).isEqualTo(words.get(i).startMs() + NumberSpeech.WORD_MS);
        }
    }

    @Property(tries = 200)
    void whereverConversationsBreakEachWordIsHeardOnce(@ForAll long seed) {
        Random random = new Random(seed);
        Kind[] kinds = {Kind.LIMIT, Kind.TRANSPORT, Kind.QUOTA};
        int words = 20 + random.nextInt(60);
        for (int i = random.nextInt(8); i > 0; i--) {
            server.breaks(new Break(kinds[random.nextInt(kinds.length)], random.nextInt(12_000) - 1));
        }
        RemoteStream stream = stream(null);

        stream.begin("u", 0);
        say(stream, words);
        stream.end(now());
        time.pass(Duration.ofSeconds(120));

        assertThat(heard.failures).isEmpty();
        assertThat(heard.finals).containsExactly(NumberSpeech.text(words));
    }

    @Test
    void aServerThatGuessesMoreThanAnybodySaysLosesTheUtteranceAndNotTheNextOne() {
        RemoteStream stream = stream(null);
        stream.begin("u", 0);
        say(stream, 1);
        int shown = heard.interims.size();

        server.talks.getFirst().guess("x".repeat(1 << 20));
        say(stream, 1);
        stream.end(now());

        assertThat(heard.interims).hasSize(shown);
        assertThat(heard.failures).singleElement().asString().contains("characters");
        assertThat(server.talks).singleElement().satisfies(talk -> assertThat(talk.isOver())
                .isTrue());
        frame = 0;
        stream.begin("v", now());
        say(stream, 10);
        stream.end(now());
        assertThat(heard.finals).containsExactly(NumberSpeech.text(10));
    }

    @Test
    void aServerThatNeverStopsTalkingIsGivenUpBeforeItFillsTheMemory() {
        RemoteStream stream = stream(null);
        stream.begin("u", 0);
        say(stream, 1);
        int told = 0;
        while (!server.talks.getFirst().isOver() && told < 1 << 20) {
            server.talks.getFirst().settle("again and again");
            told += "again and again".length();
        }
        stream.end(now());

        assertThat(told).isLessThan(1 << 17);
        assertThat(heard.failures).singleElement().asString().contains("characters");
        assertThat(heard.finals).isEmpty();
    }

    @Test
    void aLimitOfTheServerIsNobodysFault() {
        server.breaks(5, new Break(Kind.LIMIT, 4_000));
        RemoteStream stream = stream(null);

        stream.begin("u", 0);
        say(stream, 80);
        stream.end(now());

        assertThat(heard.finals).containsExactly(NumberSpeech.text(80));
        assertThat(circuit.isOpen()).isFalse();
        assertThat(circuit.health().up()).isTrue();
    }

    @Test
    void whatIsKeptIsSentAgainLittleFasterThanItWasSpoken() {
        server.breaks(new Break(Kind.TRANSPORT, Integer.MAX_VALUE));
        RemoteStream stream = stream(null);
        stream.begin("u", 0);
        for (int i = 0; i < 6 * 20; i++) {
            say(stream);
        }
        stream.end(now());
        assertThat(server.talks).hasSize(1);
        time.pass(Duration.ofMillis(101)); // The first try again comes within 100 ms.
        int before = server.talks.getLast().heardMs();
        time.pass(Duration.ofMillis(400));

        assertThat(server.talks).hasSize(2);
        assertThat(before).isLessThanOrEqualTo(1_200);
        assertThat(server.talks.getLast().heardMs() - before).isBetween(300, 700);
    }

    @Test
    void wrongSettingsAreNotTriedAgainAndTurnTheHealth() {
        server.breaks(new Break(Kind.CONFIGURATION, 100));
        RemoteStream stream = stream(null);
        stream.begin("u1", 0);
        say(stream, 10);
        stream.end(now());
        time.pass(Duration.ofMinutes(2));

        assertThat(server.talks).hasSize(1);
        assertThat(heard.failures).containsExactly("u1: an utterance is lost: as planned");
        assertThat(circuit.health().up()).isFalse();
        assertThat(circuit.health().detail()).isEqualTo("as planned");

        frame = 0;
        stream.begin("u2", 0);
        say(stream, 10);
        stream.end(now());
        assertThat(heard.finals).containsExactly(NumberSpeech.text(10));
        assertThat(circuit.health().up()).as("somebody put it right").isTrue();
    }

    @Test
    void aServerThatKeepsFailingIsLeftAloneAndTheRestIsRecognisedAsAWhole() {
        server.breaks(3, new Break(Kind.TRANSPORT, 1_000));
        try (TurnPool turns = turns()) {
            RemoteStream stream = stream(turns);
            stream.begin("u1", 0);
            say(stream, 18);
            stream.end(now());
            awaitFinals(1);
            assertThat(circuit.isOpen()).isTrue();
            int asked = server.talks.size();

            frame = 0;
            stream.begin("u2", 0);
            say(stream, 5);
            stream.end(now());
            awaitFinals(2);
            assertThat(server.talks).as("the circuit is open").hasSize(asked);

            time.pass(Duration.ofSeconds(11));
            frame = 0;
            stream.begin("u3", 0);
            say(stream, 10);
            stream.end(now());
            awaitFinals(3);
            assertThat(server.talks).as("it is tried again").hasSize(asked + 1);
            assertThat(circuit.isOpen()).isFalse();
        }
        assertThat(heard.finals).containsExactly(NumberSpeech.text(18), NumberSpeech.text(5), NumberSpeech.text(10));
        assertThat(heard.failures).isEmpty();
    }

    @Test
    void aTryThatFailsKeepsTheCircuitOpen() {
        server.breaks(4, new Break(Kind.TRANSPORT, -1));
        try (TurnPool turns = turns()) {
            RemoteStream stream = stream(turns);
            for (int i = 0; i < 2; i++) {
                frame = 0;
                stream.begin("u" + i, 0);
                say(stream, 20);
                stream.end(now());
                awaitFinals(i + 1);
                assertThat(circuit.isOpen()).isTrue();
                time.pass(Duration.ofSeconds(11));
            }
        }
        assertThat(server.talks).hasSize(4);
        assertThat(heard.finals).containsExactly(NumberSpeech.text(20), NumberSpeech.text(20));
    }

    @Test
    void aServerThatIsAwayForLongLosesTheUtteranceAndSaysSo() {
        server.breaks(1_000, new Break(Kind.TRANSPORT, -1));
        RemoteStream stream = stream(null);
        stream.begin("u", 0);
        say(stream, 10);
        stream.end(now());
        assertThat(heard.failures).isEmpty();

        time.pass(Duration.ofSeconds(90));

        assertThat(heard.failures).containsExactly("u: an utterance is lost: the speech server failed for 60 s");
        assertThat(server.talks).as("no storm: 3 tries, then one every 10 s").hasSizeLessThanOrEqualTo(12);
    }

    @Test
    void lastWordsThatDoNotComeAreAskedForAgain() {
        RemoteStream stream = stream(null);
        stream.begin("u", 0);
        say(stream, 4);
        server.talks.getFirst().mute = true;
        stream.end(now());
        assertThat(heard.finals).isEmpty();

        time.pass(Duration.ofSeconds(20));

        assertThat(heard.finals).containsExactly(NumberSpeech.text(4));
        assertThat(server.talks).hasSize(2);
    }

    @Test
    void anUtteranceWithoutAudioHasNoWords() {
        RemoteStream stream = stream(null);
        stream.begin("u", 0);
        stream.end(0);

        assertThat(heard.finals).containsExactly("");
        assertThat(server.talks).isEmpty();
    }

    @Test
    void closingEndsAnOpenUtterance() {
        RemoteStream stream = stream(null);
        stream.begin("u", 0);
        say(stream, 3);
        stream.close();
        stream.close();

        assertThat(heard.finals).containsExactly(NumberSpeech.text(3));
    }

    private RemoteStream stream(@Nullable TurnPool turns) {
        Counter rotations = registry.counter("rotations");
        return new RemoteStream(
                new RemoteParts(server, circuit, turns, time, Timing.within(LONGEST), rotations, time), "en-US", heard);
    }

    private static TurnPool turns() {
        return new TurnPool(new TurnRecogniser() {
            @Override
            public SpeechListener.Transcript recognise(EncodedAudio turn) {
                return NumberSpeech.hear(turn);
            }

            @Override
            public void close() {}
        });
    }

    /** Says the next numbers at the pace of speech. */
    private void say(RemoteStream stream, int words) {
        int frames = words * NumberSpeech.WORD_AND_PAUSE_MS / 20;
        for (int i = 0; i < frames; i++) {
            say(stream);
        }
    }

    private void say(RemoteStream stream) {
        time.pass(Duration.ofMillis(20));
        stream.audio(NumberSpeech.frame(frame++));
    }

    private long now() {
        return frame * 20L;
    }

    private void awaitFinals(int count) {
        Awaitility.await().until(() -> heard.finals.size() == count);
    }

    private static final class Heard implements SpeechListener {
        final List<String> interims = new ArrayList<>();
        final List<String> finals = new CopyOnWriteArrayList<>();
        final List<String> failures = new ArrayList<>();
        List<Word> words = List.of();

        @Override
        public void interimResult(String utteranceId, String text, long endMs) {
            interims.add(text);
        }

        @Override
        public void finalResult(String utteranceId, Transcript transcript) {
            finals.add(transcript.text());
            words = transcript.words();
        }

        @Override
        public void failed(String utteranceId, SpeechException cause) {
            failures.add(utteranceId + ": " + cause.getMessage());
        }
    }
}
