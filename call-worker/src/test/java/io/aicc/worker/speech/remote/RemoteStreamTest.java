package io.aicc.worker.speech.remote;

import static org.assertj.core.api.Assertions.assertThat;

import io.aicc.wire.event.EventBody.Word;
import io.aicc.worker.speech.remote.Failure.Kind;
import io.aicc.worker.speech.remote.NumberServer.Break;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.lifecycle.BeforeTry;
import org.junit.jupiter.api.Test;

/** Whatever breaks, each number is heard once. */
class RemoteStreamTest {
    private NumberCall call = new NumberCall();

    @BeforeTry
    void again() {
        call = new NumberCall();
    }

    @Test
    void twentyMinutesWithoutAPauseBetweenUtterancesAreHeardAsIfNothingHadBeenReplaced() {
        int words = 20 * 60_000 / NumberSpeech.WORD_AND_PAUSE_MS;
        RemoteStream stream = call.stream();

        stream.begin("monologue", 0);
        call.say(stream, words);
        stream.end(call.now());

        assertThat(call.heard.finals).containsExactly(NumberSpeech.text(words));
        assertThat(call.registry.get("rotations").counter().count()).isGreaterThanOrEqualTo(4);
        assertThat(call.server.talks).hasSizeGreaterThanOrEqualTo(5).allSatisfy(talk -> assertThat(talk.heardMs())
                .isLessThan((int) NumberCall.LONGEST.toMillis()));
        assertThat(call.heard.interims).isNotEmpty();
        assertThat(call.heard.interims.stream().allMatch(NumberSpeech.text(words)::startsWith))
                .isTrue();
    }

    @Test
    void theNextConversationBeginsBeforeTheOneBeforeIsToldToEnd() {
        RemoteStream stream = call.stream();
        stream.begin("u", 0);
        while (call.server.talks.size() < 2) {
            assertThat(call.server.talks)
                    .allSatisfy(talk -> assertThat(talk.isOver()).isFalse());
            call.sayFrame(stream);
        }
        assertThat(call.server.talks.getFirst().isOver()).isTrue();
    }

    @Test
    void wordsKeepTheirPlaceOnTheTimelineAcrossConversations() {
        call.server.breaks(new Break(Kind.LIMIT, 5_000), new Break(Kind.TRANSPORT, 3_000));
        RemoteStream stream = call.stream();
        stream.begin("u", 0);
        call.say(stream, 40);
        stream.end(call.now());
        call.time.pass(Duration.ofSeconds(30));

        List<Word> words = call.heard.words;
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
            call.server.breaks(new Break(kinds[random.nextInt(kinds.length)], random.nextInt(12_000) - 1));
        }
        RemoteStream stream = call.stream();

        stream.begin("u", 0);
        call.say(stream, words);
        stream.end(call.now());
        call.time.pass(Duration.ofSeconds(120));

        assertThat(call.heard.failures).isEmpty();
        assertThat(call.heard.finals).containsExactly(NumberSpeech.text(words));
    }

    @Test
    void aLimitOfTheServerIsNobodysFault() {
        call.server.breaks(5, new Break(Kind.LIMIT, 4_000));
        RemoteStream stream = call.stream();

        stream.begin("u", 0);
        call.say(stream, 80);
        stream.end(call.now());

        assertThat(call.heard.finals).containsExactly(NumberSpeech.text(80));
        assertThat(call.circuit.isOpen()).isFalse();
        assertThat(call.circuit.health().up()).isTrue();
    }

    @Test
    void whatIsKeptIsSentAgainLittleFasterThanItWasSpoken() {
        call.server.breaks(new Break(Kind.TRANSPORT, Integer.MAX_VALUE));
        RemoteStream stream = call.stream();
        stream.begin("u", 0);
        for (int i = 0; i < 6 * 20; i++) {
            call.sayFrame(stream);
        }
        stream.end(call.now());
        assertThat(call.server.talks).hasSize(1);
        call.time.pass(Duration.ofMillis(101)); // The first try again comes within 100 ms.
        int before = call.server.talks.getLast().heardMs();
        call.time.pass(Duration.ofMillis(400));

        assertThat(call.server.talks).hasSize(2);
        assertThat(before).isLessThanOrEqualTo(1_200);
        assertThat(call.server.talks.getLast().heardMs() - before).isBetween(300, 700);
    }

    @Test
    void anUtteranceWithoutAudioHasNoWords() {
        RemoteStream stream = call.stream();
        stream.begin("u", 0);
        stream.end(0);

        assertThat(call.heard.finals).containsExactly("");
        assertThat(call.server.talks).isEmpty();
    }

    @Test
    void whatIsGivenUpHasFailedAtOnceAndClosingWaitsForNothing() {
        RemoteStream stream = call.stream();
        stream.begin("u", 0);
        call.say(stream, 3);
        call.server.talks.getFirst().mute = true;
        stream.end(call.now());

        stream.giveUp();
        assertThat(call.heard.failures).containsExactly("u: an utterance is lost: its words do not come in time");
        assertThat(call.server.talks.getFirst().isOver()).isTrue();
        stream.close();
    }

    @Test
    void closingEndsAnOpenUtterance() {
        RemoteStream stream = call.stream();
        stream.begin("u", 0);
        call.say(stream, 3);
        stream.close();
        stream.close();

        assertThat(call.heard.finals).containsExactly(NumberSpeech.text(3));
    }
}
