package io.aicc.worker.speech.remote;

import static org.assertj.core.api.Assertions.assertThat;

import io.aicc.crd.Codec;
import io.aicc.worker.speech.remote.Failure.Kind;
import io.aicc.worker.speech.remote.NumberServer.Break;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Servers that take a connection and no audio, or say for ever that there is nothing. */
class StallingServerTest {
    private final NumberCall call = new NumberCall();

    /** Takes the connection and does not say that audio may be sent: a handshake without an answer, a full window. */
    private static final class Stalled implements RecognitionServer.Conversation {
        boolean ready;
        int sent;
        boolean cancelled;

        @Override
        public boolean ready() {
            return ready;
        }

        @Override
        public void send(byte[] audio) {
            sent += audio.length;
        }

        @Override
        public void endAudio() {}

        @Override
        public void cancel() {
            cancelled = true;
        }
    }

    private final List<Stalled> stalled = new ArrayList<>();
    private int pieceMs = 20;

    private RemoteStream stream(int stallsFrom, int stallsTo) {
        int[] opened = {0};
        RecognitionServer server = new RecognitionServer() {
            @Override
            public int pieceMs() {
                return pieceMs;
            }

            @Override
            public Conversation open(Codec codec, int rate, String language, Hearer hearer) {
                int n = ++opened[0];
                if (n >= stallsFrom && n <= stallsTo) {
                    Stalled it = new Stalled();
                    stalled.add(it);
                    return it;
                }
                return call.server.open(codec, rate, language, hearer);
            }
        };
        return new RemoteStream(
                new RemoteParts(
                        server,
                        call.circuit,
                        null,
                        call.time,
                        StreamTiming.within(NumberCall.LONGEST),
                        call.registry.counter("rotations"),
                        call.time),
                "en-US",
                call.heard);
    }

    @Test
    void aServerThatStallsBeforeTheAudioIsGivenUpSomeTime() {
        RemoteStream stream = stream(1, 1);
        stream.begin("u", 0);
        call.say(stream, 10);
        stream.end(call.now());
        call.time.pass(Duration.ofHours(1));

        assertThat(call.heard.finals.size() + call.heard.failures.size()).isEqualTo(1);
    }

    @Test
    void aServerThatIsReadyByNowAndWaitsForAWholePieceIsNotGivenUp() {
        pieceMs = 100;
        RemoteStream stream = stream(1, 1);
        stream.begin("u", 0);
        call.sayFrame(stream);
        stalled.getFirst().ready = true;

        call.time.pass(Duration.ofMinutes(1));
        assertThat(stalled.getFirst().cancelled).isFalse();

        call.say(stream, 1);
        assertThat(stalled.getFirst().sent).isEqualTo(8 * 400);
    }

    @Test
    void oneStalledTryDoesNotKeepTheCircuitOpenForEver() {
        call.server.breaks(3, new Break(Kind.TRANSPORT, 100));
        RemoteStream stream = stream(4, 4); // Away three times, then one that stalls, and well from then on.
        stream.begin("u0", 0);
        call.say(stream, 10);
        stream.end(call.now());
        call.time.pass(Duration.ofMinutes(2));
        for (int i = 1; i <= 20; i++) {
            call.countAgain();
            stream.begin("u" + i, 0);
            call.say(stream, 10);
            stream.end(call.now());
            call.time.pass(Duration.ofMinutes(3));
        }
        assertThat(call.heard.finals).isNotEmpty();
    }

    @Test
    void whatIsKeptForAStalledServerIsBounded() {
        RemoteStream stream = stream(1, Integer.MAX_VALUE);
        for (int i = 0; i < 60; i++) {
            call.countAgain();
            stream.begin("u" + i, 0);
            call.say(stream, 30);
            stream.end(call.now());
        }
        call.time.pass(Duration.ofMinutes(30));
        long open = stalled.stream().filter(it -> !it.cancelled).count();
        assertThat(open).isLessThan(10);
    }

    @Test
    void aServerThatSettlesNothingForEverIsGivenUp() {
        RemoteStream stream = call.stream();
        stream.begin("u", 0);
        call.say(stream, 1);
        var talk = call.server.talks.getFirst();
        for (int n = 1; n <= 200_000 && !talk.isOver(); n++) {
            talk.settle("");
        }
        assertThat(talk.isOver()).as("given up").isTrue();
    }
}
