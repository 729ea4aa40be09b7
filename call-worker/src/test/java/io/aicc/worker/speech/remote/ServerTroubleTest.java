package io.aicc.worker.speech.remote;

import static org.assertj.core.api.Assertions.assertThat;

import io.aicc.worker.speech.TurnPool;
import io.aicc.worker.speech.remote.Failure.Kind;
import io.aicc.worker.speech.remote.NumberServer.Break;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A server that refuses, fails, falls silent or never stops: what is given up is told, and what is not is heard once. */
class ServerTroubleTest {
    private final NumberCall call = new NumberCall();

    @Test
    void aServerThatGuessesMoreThanAnybodySaysLosesTheUtteranceAndNotTheNextOne() {
        RemoteStream stream = call.stream();
        stream.begin("u", 0);
        call.say(stream, 1);
        int shown = call.heard.interims.size();

        call.server.talks.getFirst().guess("x".repeat(1 << 20));
        call.say(stream, 1);
        stream.end(call.now());

        assertThat(call.heard.interims).hasSize(shown);
        assertThat(call.heard.failures).singleElement().asString().contains("characters");
        assertThat(call.server.talks).singleElement().satisfies(talk -> assertThat(talk.isOver())
                .isTrue());
        call.countAgain();
        stream.begin("v", call.now());
        call.say(stream, 10);
        stream.end(call.now());
        assertThat(call.heard.finals).containsExactly(NumberSpeech.text(10));
    }

    @Test
    void aServerThatNeverStopsTalkingIsGivenUpBeforeItFillsTheMemory() {
        RemoteStream stream = call.stream();
        stream.begin("u", 0);
        call.say(stream, 1);
        int told = 0;
        while (!call.server.talks.getFirst().isOver() && told < 1 << 20) {
            call.server.talks.getFirst().settle("again and again");
            told += "again and again".length();
        }
        stream.end(call.now());

        assertThat(told).isLessThan(1 << 17);
        assertThat(call.heard.failures).singleElement().asString().contains("characters");
        assertThat(call.heard.finals).isEmpty();
    }

    @Test
    void wrongSettingsAreNotTriedAgainAndTurnTheHealth() {
        call.server.breaks(new Break(Kind.CONFIGURATION, 100));
        RemoteStream stream = call.stream();
        stream.begin("u1", 0);
        call.say(stream, 10);
        stream.end(call.now());
        call.time.pass(Duration.ofMinutes(2));

        assertThat(call.server.talks).hasSize(1);
        assertThat(call.heard.failures).containsExactly("u1: an utterance is lost: as planned");
        assertThat(call.circuit.health().up()).isFalse();
        assertThat(call.circuit.health().detail()).isEqualTo("as planned");

        call.countAgain();
        stream.begin("u2", 0);
        call.say(stream, 10);
        stream.end(call.now());
        assertThat(call.heard.finals).containsExactly(NumberSpeech.text(10));
        assertThat(call.circuit.health().up()).as("somebody put it right").isTrue();
    }

    @Test
    void whatWasTooMuchIsNotAskedForAgainWithinASecond() {
        call.server.breaks(new Break(Kind.QUOTA, 1_000));
        RemoteStream stream = call.stream();
        stream.begin("u", 0);
        call.say(stream, 3);
        call.time.pass(Duration.ofMillis(750));
        assertThat(call.server.talks).hasSize(1);

        call.time.pass(Duration.ofMillis(300)); // What is left of the second, and up to 100 ms by chance.
        stream.end(call.now());
        call.time.pass(Duration.ofSeconds(5));

        assertThat(call.server.talks).hasSize(2);
        assertThat(call.heard.finals).containsExactly(NumberSpeech.text(3));
    }

    @Test
    void aServerThatKeepsFailingIsLeftAloneAndTheRestIsRecognisedAsAWhole() {
        call.server.breaks(3, new Break(Kind.TRANSPORT, 1_000));
        try (TurnPool turns = NumberCall.turns()) {
            RemoteStream stream = call.stream(turns);
            stream.begin("u1", 0);
            call.say(stream, 18);
            stream.end(call.now());
            call.awaitFinals(1);
            assertThat(call.circuit.isOpen()).isTrue();
            int asked = call.server.talks.size();

            call.countAgain();
            stream.begin("u2", 0);
            call.say(stream, 5);
            stream.end(call.now());
            call.awaitFinals(2);
            assertThat(call.server.talks).as("the circuit is open").hasSize(asked);

            call.time.pass(Duration.ofSeconds(11));
            call.countAgain();
            stream.begin("u3", 0);
            call.say(stream, 10);
            stream.end(call.now());
            call.awaitFinals(3);
            assertThat(call.server.talks).as("it is tried again").hasSize(asked + 1);
            assertThat(call.circuit.isOpen()).isFalse();
        }
        assertThat(call.heard.finals)
                .containsExactly(NumberSpeech.text(18), NumberSpeech.text(5), NumberSpeech.text(10));
        assertThat(call.heard.failures).isEmpty();
    }

    @Test
    void aTryThatFailsKeepsTheCircuitOpen() {
        call.server.breaks(4, new Break(Kind.TRANSPORT, -1));
        try (TurnPool turns = NumberCall.turns()) {
            RemoteStream stream = call.stream(turns);
            for (int i = 0; i < 2; i++) {
                call.countAgain();
                stream.begin("u" + i, 0);
                call.say(stream, 20);
                stream.end(call.now());
                call.awaitFinals(i + 1);
                assertThat(call.circuit.isOpen()).isTrue();
                call.time.pass(Duration.ofSeconds(11));
            }
        }
        assertThat(call.server.talks).hasSize(4);
        assertThat(call.heard.finals).containsExactly(NumberSpeech.text(20), NumberSpeech.text(20));
    }

    @Test
    void aServerThatIsAwayForLongLosesTheUtteranceAndSaysSo() {
        call.server.breaks(1_000, new Break(Kind.TRANSPORT, -1));
        RemoteStream stream = call.stream();
        stream.begin("u", 0);
        call.say(stream, 10);
        stream.end(call.now());
        assertThat(call.heard.failures).isEmpty();

        call.time.pass(Duration.ofSeconds(90));

        assertThat(call.heard.failures).containsExactly("u: an utterance is lost: the speech server failed for 60 s");
        assertThat(call.server.talks)
                .as("no storm: 3 tries, then one every 10 s")
                .hasSizeLessThanOrEqualTo(12);
    }

    @Test
    void lastWordsThatDoNotComeAreAskedForAgain() {
        RemoteStream stream = call.stream();
        stream.begin("u", 0);
        call.say(stream, 4);
        call.server.talks.getFirst().mute = true;
        stream.end(call.now());
        assertThat(call.heard.finals).isEmpty();

        call.time.pass(Duration.ofSeconds(20));

        assertThat(call.heard.finals).containsExactly(NumberSpeech.text(4));
        assertThat(call.server.talks).hasSize(2);
    }
}
