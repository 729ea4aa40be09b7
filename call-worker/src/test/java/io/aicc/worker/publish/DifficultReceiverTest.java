package io.aicc.worker.publish;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.aicc.wire.event.Channel;
import io.aicc.wire.event.Event;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Receivers that are slow, deaf, hostile or never answer: none harms the call, or another receiver. */
@Timeout(60)
class DifficultReceiverTest {
    private static final DeliveryTiming WITHOUT_A_CAP = new DeliveryTiming(
            PublisherRig.QUICK.heartbeat(),
            PublisherRig.QUICK.resumeWait(),
            PublisherRig.QUICK.connect(),
            PublisherRig.QUICK.ping(),
            PublisherRig.QUICK.deaf(),
            PublisherRig.QUICK.acknowledge(),
            Duration.ofMillis(5),
            Duration.ofHours(1),
            PublisherRig.QUICK.tick());

    @RegisterExtension
    final PublisherRig rig = new PublisherRig();

    @Test
    void receiverThatNeverAcknowledgesGetsEverythingInOrder() {
        ScriptedReceiver receiver = rig.receiver(ScriptedReceiver.silent());
        TranscriptPublisher publisher = rig.publisher(receiver);

        PublisherRig.publishCall(publisher, 2000);

        assertThat(publisher.drain(PublisherRig.LONG)).isZero();
        await().until(() -> receiver.received().size() == 2002);
        assertThat(receiver.texts()).isEqualTo(Events.sentences(1, 2000));
    }

    @Test
    void receiverThatNeverAcknowledgesGoesOnWhereItStopped() {
        ScriptedReceiver receiver = rig.receiver(ScriptedReceiver.silent());
        TranscriptPublisher publisher = rig.publisher(receiver);
        publisher.publish(Events.started());
        publisher.publish(Events.words(1));
        await().until(() -> receiver.received().size() == 2);

        receiver.dropConnections();
        await().until(() -> receiver.handshakes().size() == 2);
        publisher.publish(Events.words(2));
        publisher.publish(Events.ended());

        await().until(() -> receiver.received().size() == 4);
        assertThat(receiver.received()).extracting(Event::seq).containsExactly(1L, 2L, 3L, 4L);
    }

    @Test
    void slowReceiverDelaysNobody() {
        CountDownLatch woken = new CountDownLatch(1);
        ScriptedReceiver slow = rig.receiver(ScriptedReceiver.asleepUntil(woken));
        ScriptedReceiver quick = rig.receiver(ScriptedReceiver.dutiful());
        TranscriptPublisher publisher = rig.publisher(slow, quick);

        try {
            String padding = "x".repeat(8000);
            publisher.publish(Events.started());
            for (int i = 1; i <= 1500; i++) {
                publisher.publish(Events.words(Channel.AGENT, "agent-" + i, padding));
            }
            publisher.publish(Events.ended());

            await().atMost(PublisherRig.LONG).until(() -> quick.received().size() == 1502);
            assertThat(slow.received()).hasSizeLessThan(2);
            assertThat(rig.registry
                            .get("aicc_outbox_depth")
                            .tag("destination", "r0")
                            .gauge()
                            .value())
                    .isGreaterThan(0);
            assertThat(publisher.drain(Duration.ofMillis(50))).isPositive();
        } finally {
            woken.countDown();
        }
        assertThat(publisher.drain(PublisherRig.LONG)).isZero();
        await().atMost(PublisherRig.LONG).until(() -> slow.received().size() == 1502);
    }

    @Test
    void hostileRepliesAreCountedAndHarmNothing() {
        List<String> nonsense = List.of(
                "",
                "[",
                "null",
                "{\"type\":\"ack\"}",
                "{\"type\":\"ack\",\"seq\":-1}",
                "{\"type\":\"resume\",\"last_seq\":-7}",
                "{\"type\":\"shout\"}",
                "{\"type\":\"ack\",\"seq\":1e99}",
                "{\"type\":\"ack\",\"seq\":\"\u202e\"}");
        ScriptedReceiver receiver = rig.receiver(new ScriptedReceiver.Script() {
            @Override
            public void opened(ScriptedReceiver self, io.netty.channel.Channel connection) {
                nonsense.forEach(it -> ScriptedReceiver.say(connection, it));
            }
        });
        TranscriptPublisher publisher = rig.publisher(receiver);

        PublisherRig.publishCall(publisher, 5);

        assertThat(publisher.drain(PublisherRig.LONG)).isZero();
        await().until(() -> receiver.received().size() == 7);
        assertThat(rig.counted("aicc_ws_bad_replies")).isEqualTo(nonsense.size());
        assertThat(receiver.handshakes()).hasSize(1);
    }

    @Test
    void hugeReplyCostsTheConnectionButNoEvent() {
        AtomicInteger connections = new AtomicInteger();
        ScriptedReceiver receiver = rig.receiver(new ScriptedReceiver.Script() {
            @Override
            public void opened(ScriptedReceiver self, io.netty.channel.Channel connection) {
                if (connections.incrementAndGet() == 1) {
                    ScriptedReceiver.say(connection, "{\"type\":\"ack\",\"x\":\"" + "y".repeat(100_000) + "\"}");
                } else {
                    ScriptedReceiver.say(connection, "{\"type\":\"resume\",\"last_seq\":" + self.lastDurable() + "}");
                }
            }

            @Override
            public void heard(ScriptedReceiver self, io.netty.channel.Channel connection, Event event) {
                ScriptedReceiver.say(connection, "{\"type\":\"ack\",\"seq\":" + event.seq() + "}");
            }
        });
        TranscriptPublisher publisher = rig.publisher(receiver);

        PublisherRig.publishCall(publisher, 5);

        assertThat(publisher.drain(PublisherRig.LONG)).isZero();
        assertThat(connections).hasValueGreaterThan(1);
        assertThat(receiver.texts()).isEqualTo(Events.sentences(1, 5));
        assertThat(rig.counted("aicc_ws_bad_replies")).isPositive();
    }

    @Test
    void receiverThatWentDeafIsLeft() {
        CountDownLatch woken = new CountDownLatch(1);
        ScriptedReceiver receiver = rig.receiver(ScriptedReceiver.asleepUntil(woken));
        DeliveryTiming impatient = new DeliveryTiming(
                PublisherRig.QUICK.heartbeat(),
                PublisherRig.QUICK.resumeWait(),
                PublisherRig.QUICK.connect(),
                Duration.ofMillis(20),
                Duration.ofMillis(100),
                PublisherRig.QUICK.acknowledge(),
                PublisherRig.QUICK.minBackoff(),
                PublisherRig.QUICK.maxBackoff(),
                PublisherRig.QUICK.tick());
        TranscriptPublisher publisher = rig.publisher(impatient, Outbox.Limits.DEFAULT, receiver);
        try {
            publisher.publish(Events.started());
            await().until(() -> rig.counted("aicc_ws_reconnects") > 0);
        } finally {
            woken.countDown();
        }
    }

    @Test
    void receiverThatBreaksOffAgainAndAgainIsComeBackToAtOnceBecauseEachTimeItTookSomething() {
        ScriptedReceiver receiver = rig.receiver(ScriptedReceiver.dutiful());
        TranscriptPublisher publisher = rig.publisher(WITHOUT_A_CAP, Outbox.Limits.DEFAULT, receiver);
        publisher.publish(Events.started());

        for (int breaks = 1; breaks <= 20; breaks++) { // in a row they would be an hour and more
            publisher.publish(Events.words(breaks));
            await().atMost(PublisherRig.LONG).until(() -> publisher.undelivered() == 0);
            receiver.dropConnections();
        }

        publisher.publish(Events.ended());
        assertThat(publisher.drain(PublisherRig.LONG)).isZero();
        assertThat(receiver.texts()).isEqualTo(Events.sentences(1, 20));
    }

    @Test
    void receiverThatTakesTheSameAgainAndAgainAndBreaksOffIsComeBackToEverMoreRarely() {
        Duration quickly = Duration.ofMillis(20); // our answers have to be read before the connection breaks
        ScriptedReceiver receiver = rig.receiver(new ScriptedReceiver.Script() {
            @Override
            public void opened(ScriptedReceiver self, io.netty.channel.Channel connection) {
                ScriptedReceiver.say(connection, "{\"type\":\"resume\",\"last_seq\":0}");
            }

            @Override
            public void heard(ScriptedReceiver self, io.netty.channel.Channel connection, Event event) {
                ScriptedReceiver.say(connection, "{\"type\":\"ack\",\"seq\":" + event.seq() + "}");
                var unused =
                        connection.eventLoop().schedule(() -> connection.close(), quickly.toMillis(), MILLISECONDS);
            }
        });
        TranscriptPublisher publisher = rig.publisher(WITHOUT_A_CAP, Outbox.Limits.DEFAULT, receiver);

        publisher.publish(Events.started());

        AtomicInteger before = new AtomicInteger();
        await().atMost(PublisherRig.LONG).during(Duration.ofSeconds(1)).until(() -> {
            int now = receiver.handshakes().size();
            return before.getAndSet(now) == now && now > 3;
        });
    }

    @Test
    void receiverThatPingsAndNeverReadsIsLeft() {
        ScriptedReceiver receiver = rig.receiver(new ScriptedReceiver.Script() {
            @Override
            public void opened(ScriptedReceiver self, io.netty.channel.Channel connection) {
                connection.config().setAutoRead(false);
                flood(connection, () -> new PingWebSocketFrame(Unpooled.wrappedBuffer(new byte[125])));
            }
        });
        TranscriptPublisher publisher = rig.publisher(receiver);

        publisher.publish(Events.started());

        await().until(() -> rig.counted("aicc_ws_bad_replies") > 0);
        await().until(() -> receiver.handshakes().size() > 1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"type\":\"ack\",\"seq\":1}", "{}", ""})
    void receiverThatTalksWithoutEndIsLeftAndHoldsUpNobody(String word) {
        ScriptedReceiver talker = rig.receiver(new ScriptedReceiver.Script() {
            @Override
            public void opened(ScriptedReceiver self, io.netty.channel.Channel connection) {
                flood(connection, () -> new TextWebSocketFrame(word));
            }
        });
        ScriptedReceiver dutiful = rig.receiver(ScriptedReceiver.dutiful());
        TranscriptPublisher publisher = rig.publisher(talker, dutiful);

        PublisherRig.publishCall(publisher, 50);

        await().until(() -> talker.handshakes().size() > 1);
        await().until(() -> dutiful.texts().size() == 50);
        double mostBadReplies =
                (ReceiverSocket.MOST_UNASKED + 100.0) * talker.handshakes().size();
        assertThat(rig.registry
                        .get("aicc_ws_bad_replies")
                        .tag("destination", "r0")
                        .counter()
                        .count())
                .isBetween(1.0, mostBadReplies);
    }

    @Test
    void receiverThatAnswersEveryOfManyEventsIsNotLeft() {
        ScriptedReceiver receiver = rig.receiver(ScriptedReceiver.dutiful());
        TranscriptPublisher publisher = rig.publisher(receiver);

        for (int i = 1; i <= 3 * ReceiverSocket.MOST_UNASKED; i++) {
            publisher.publish(Events.words(i));
            if (i % 500 == 0) {
                await().until(() -> publisher.undelivered() == 0);
            }
        }

        assertThat(publisher.drain(PublisherRig.LONG)).isZero();
        assertThat(receiver.handshakes()).hasSize(1);
    }

    private static void flood(io.netty.channel.Channel connection, Supplier<WebSocketFrame> frame) {
        for (int i = 0; i < 500; i++) {
            connection.write(frame.get());
        }
        connection.writeAndFlush(frame.get()).addListener(written -> {
            if (written.isSuccess()) {
                connection.eventLoop().execute(() -> flood(connection, frame));
            }
        });
    }

    @Test
    void nameThatNobodyKnowsIsTriedAgain() {
        TranscriptPublisher publisher = rig.added(TranscriptPublisher.open(
                PublisherRig.SESSION,
                new PublishSettings(
                        List.of(Destination.of(
                                "r", URI.create("ws://receiver.invalid/in"), "worker", PublisherRig.KEY)),
                        rig.directory()),
                new TranscriptPublisher.Options(PublisherRig.QUICK, Outbox.Limits.DEFAULT),
                rig.tasks,
                rig.registry,
                InstantSource.system()));
        PublisherRig.publishCall(publisher, 2);

        await().until(() -> rig.counted("aicc_ws_reconnects") > 1);
        assertThat(publisher.drain(Duration.ofMillis(20))).isEqualTo(2);
    }
}
