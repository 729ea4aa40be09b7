package io.aicc.worker.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import io.aicc.testing.LogLines;
import io.aicc.wire.event.Event;
import io.netty.channel.Channel;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A replaced worker that has something left to deliver, at a receiver where the next one was first. */
@Timeout(60)
class WorkersOfOneCallTest {
    private static final long OF_THE_NEXT = 1_000_000_007;

    @RegisterExtension
    final PublisherRig rig = new PublisherRig();

    @RegisterExtension
    final LogLines lines = LogLines.of(ReceiverConnection.class);

    @Test
    void theHandshakeSaysWhichOfThemItIs() {
        ScriptedReceiver receiver = rig.receiver(ScriptedReceiver.dutiful());

        TranscriptPublisher publisher = publisher(2, receiver);
        publisher.publish(Events.started(2));

        assertThat(publisher.drain(PublisherRig.LONG)).isZero();
        assertThat(receiver.handshakes())
                .extracting(headers -> headers.get("Aicc-Session-Id") + " " + headers.get("Aicc-Generation"))
                .containsExactly("uid-1 2");
    }

    @Test
    void aReceiverThatAnswersForTheNextOneHasNothingOfOurs() {
        ScriptedReceiver receiver = rig.receiver(new ScriptedReceiver.Script() {
            @Override
            public void opened(ScriptedReceiver self, Channel connection) {
                ScriptedReceiver.say(connection, "{\"type\":\"resume\",\"last_seq\":" + OF_THE_NEXT + "}");
            }

            @Override
            public void heard(ScriptedReceiver self, Channel connection, Event event) {
                ScriptedReceiver.say(connection, "{\"type\":\"ack\",\"seq\":" + OF_THE_NEXT + "}");
            }
        });
        TranscriptPublisher publisher = publisher(1, receiver);

        PublisherRig.publishCall(publisher, 5);
        await().until(() -> rig.counted("aicc_ws_bad_replies") == 8); // to the connection, and to each event
        receiver.dropConnections();
        await().until(() -> rig.counted("aicc_ws_bad_replies") == 16);

        assertThat(publisher.drain(Duration.ofMillis(50))).isEqualTo(5);
        assertThat(publisher.undelivered()).isEqualTo(7);
        assertThat(receiver.received()).hasSize(14);
        assertThat(told()).singleElement().satisfies(line -> assertThat(line.getLevel())
                .isEqualTo(Level.WARN));
    }

    @Test
    void whatItSaidOfOursStandsWhateverItSaysOfTheNextOne() {
        ScriptedReceiver receiver = rig.receiver(new ScriptedReceiver.Script() {
            @Override
            public void heard(ScriptedReceiver self, Channel connection, Event event) {
                long seq = event.seq() <= 3 ? event.seq() : OF_THE_NEXT;
                ScriptedReceiver.say(connection, "{\"type\":\"ack\",\"seq\":" + seq + "}");
            }
        });
        TranscriptPublisher publisher = publisher(1, receiver);

        PublisherRig.publishCall(publisher, 5);
        await().until(() -> rig.counted("aicc_ws_bad_replies") == 4);

        assertThat(publisher.drain(Duration.ofMillis(50))).isEqualTo(3);
        assertThat(publisher.undelivered()).isEqualTo(4);
    }

    private TranscriptPublisher publisher(int generation, ScriptedReceiver receiver) {
        return rig.publisher(generation, Destination.of("elder", receiver.url(), "worker", PublisherRig.KEY));
    }

    private List<ILoggingEvent> told() {
        return lines.list().stream()
                .filter(line ->
                        line.getMessage().startsWith("receiver answers with a number above all that it was sent"))
                .toList();
    }
}
