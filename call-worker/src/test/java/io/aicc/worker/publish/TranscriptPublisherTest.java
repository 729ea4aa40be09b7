package io.aicc.worker.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.aicc.wire.event.Channel;
import io.aicc.wire.event.Event;
import io.aicc.wire.event.EventBody;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class TranscriptPublisherTest {
    private static final SessionIdentity SESSION = new SessionIdentity("call-1", "uid-1", 1);
    private static final byte[] KEY = "0123456789abcdef0123456789abcdef".getBytes(StandardCharsets.UTF_8);
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final Timing QUICK = new Timing(
            Duration.ofMinutes(1),
            Duration.ofMillis(200),
            Duration.ofSeconds(2),
            Duration.ofSeconds(5),
            Duration.ofSeconds(15),
            Duration.ofMillis(5),
            Duration.ofMillis(50),
            Duration.ofMillis(10));

    @TempDir
    Path directory;

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final List<AutoCloseable> open = new ArrayList<>();
    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-01-31T12:00:00Z"));

    @AfterEach
    void closeAll() throws Exception {
        for (AutoCloseable it : open.reversed()) {
            it.close();
        }
    }

    private ScriptedReceiver receiver(ScriptedReceiver.Script script) {
        ScriptedReceiver receiver = new ScriptedReceiver(script);
        open.add(receiver);
        return receiver.start();
    }

    private TranscriptPublisher publisher(ScriptedReceiver... receivers) {
        return publisher(QUICK, Outbox.Limits.DEFAULT, receivers);
    }

    private TranscriptPublisher publisher(Timing timing, Outbox.Limits limits, ScriptedReceiver... receivers) {
        AtomicInteger count = new AtomicInteger();
        List<Destination> destinations = Arrays.stream(receivers)
                .map(it -> Destination.of("r" + count.getAndIncrement(), it.url(), "worker", KEY))
                .toList();
        TranscriptPublisher publisher = TranscriptPublisher.open(
                SESSION,
                new PublishSettings(destinations, directory),
                new TranscriptPublisher.Options(timing, limits),
                registry,
                now::get);
        open.add(publisher);
        return publisher;
    }

    private static void publishCall(TranscriptPublisher publisher, int finals) {
        publisher.publish(Events.started());
        IntStream.rangeClosed(1, finals).forEach(it -> publisher.publish(Events.words(it)));
        publisher.publish(Events.ended());
    }

    private static List<String> texts(ScriptedReceiver receiver) {
        return receiver.durable()
                .map(Event::body)
                .filter(EventBody.TranscriptFinal.class::isInstance)
                .map(it -> ((EventBody.TranscriptFinal) it).text())
                .toList();
    }

    private static List<String> sentences(int from, int to) {
        return IntStream.rangeClosed(from, to).mapToObj(it -> "sentence " + it).toList();
    }

    private static EventBody.SessionEnded ending(ScriptedReceiver receiver) {
        return (EventBody.SessionEnded) receiver.received().getLast().body();
    }

    @Test
    void callArrivesWholeInOrderAndProvesIt() {
        ScriptedReceiver receiver = receiver(ScriptedReceiver.dutiful());
        TranscriptPublisher publisher = publisher(receiver);

        publishCall(publisher, 20);

        assertThat(publisher.drain(LONG)).isZero();
        assertThat(publisher.undelivered()).isZero();
        assertThat(texts(receiver)).isEqualTo(sentences(1, 20));
        assertThat(receiver.received()).extracting(Event::seq).isSorted().doesNotHaveDuplicates();
        assertThat(receiver.received()).extracting(Event::eventId).doesNotHaveDuplicates();
        assertThat(receiver.received()).extracting(Event::ts).containsOnly("2026-01-31T12:00:00.000000Z");
        EventBody.SessionEnded end = ending(receiver);
        assertThat(end.finals()).containsEntry(Channel.CUSTOMER, 20L).containsEntry(Channel.AGENT, 0L);
        assertThat(end.durableEvents()).isEqualTo(22);
        assertThat(end.outboxDropped()).isZero();
        assertThat(receiver.handshakes()).singleElement().satisfies(headers -> {
            assertThat(headers.get("Aicc-Session-Id")).isEqualTo("uid-1");
            assertThat(headers.get(HttpHeaderNames.AUTHORIZATION)).startsWith("Bearer ey");
        });
        assertThat(registry.get("aicc_ws_messages")
                        .tag("type", "transcript.final")
                        .counter()
                        .count())
                .isEqualTo(20);
    }

    @Test
    void receiverAbsentAtTheStartMissesNothing() {
        ScriptedReceiver receiver = receiver(ScriptedReceiver.dutiful());
        receiver.stop();
        TranscriptPublisher publisher = publisher(receiver);
        publishCall(publisher, 10);
        await().until(() -> registry.get("aicc_ws_reconnects").counter().count() > 2);
        assertThat(publisher.undelivered()).isEqualTo(12);
        assertThat(registry.get("aicc_outbox_depth").gauge().value()).isEqualTo(12);

        receiver.start();

        assertThat(publisher.drain(LONG)).isZero();
        assertThat(texts(receiver)).isEqualTo(sentences(1, 10));
    }

    @Test
    void receiverGoneInMidCallGetsTheRestOnceInOrder() {
        ScriptedReceiver receiver = receiver(ScriptedReceiver.dutiful());
        TranscriptPublisher publisher = publisher(receiver);
        publisher.publish(Events.started());
        IntStream.rangeClosed(1, 5).forEach(it -> publisher.publish(Events.words(it)));
        await().until(() -> publisher.undelivered() == 0);

        receiver.stop();
        IntStream.rangeClosed(6, 10).forEach(it -> publisher.publish(Events.words(it)));
        receiver.start();
        publisher.publish(Events.ended());

        assertThat(publisher.drain(LONG)).isZero();
        assertThat(texts(receiver)).isEqualTo(sentences(1, 10));
    }

    @Test
    void connectionKilledBetweenWriteAndAckBringsTheSameEventAgain() {
        // Acknowledges nothing but the first on the first connection, does not say what it has, and hangs up.
        AtomicInteger heard = new AtomicInteger();
        ScriptedReceiver receiver = receiver(new ScriptedReceiver.Script() {
            @Override
            public void heard(ScriptedReceiver self, io.netty.channel.Channel connection, Event event) {
                if (heard.incrementAndGet() == 3) {
                    connection.close();
                } else if (heard.get() == 1 || heard.get() > 3) {
                    ScriptedReceiver.say(connection, "{\"type\":\"ack\",\"seq\":" + event.seq() + "}");
                }
            }
        });
        TranscriptPublisher publisher = publisher(receiver);

        publisher.publish(Events.started());
        await().until(() -> publisher.undelivered() == 0);
        publisher.publish(Events.words(1));
        publisher.publish(Events.words(2));
        publisher.publish(Events.ended());

        assertThat(publisher.drain(LONG)).isZero();
        List<Event> unique = receiver.received().stream().distinct().toList();
        assertThat(receiver.received()).hasSizeGreaterThan(unique.size());
        assertThat(unique).extracting(Event::eventId).doesNotHaveDuplicates().hasSize(4);
    }

    @Test
    void receiverThatNeverAcknowledgesGetsEverythingInOrder() {
        ScriptedReceiver receiver = receiver(ScriptedReceiver.silent());
        TranscriptPublisher publisher = publisher(receiver);

        publishCall(publisher, 2000);

        assertThat(publisher.drain(LONG)).isZero();
        await().until(() -> receiver.received().size() == 2002);
        assertThat(texts(receiver)).isEqualTo(sentences(1, 2000));
    }

    @Test
    void receiverThatNeverAcknowledgesGoesOnWhereItStopped() {
        ScriptedReceiver receiver = receiver(ScriptedReceiver.silent());
        TranscriptPublisher publisher = publisher(receiver);
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
        CountDownLatch asleep = new CountDownLatch(1);
        ScriptedReceiver slow = receiver(new ScriptedReceiver.Script() {
            @Override
            public void heard(ScriptedReceiver self, io.netty.channel.Channel connection, Event event) {
                try {
                    asleep.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        });
        ScriptedReceiver quick = receiver(ScriptedReceiver.dutiful());
        TranscriptPublisher publisher = publisher(slow, quick);

        try {
            String padding = "x".repeat(8000);
            publisher.publish(Events.started());
            for (int i = 1; i <= 1500; i++) {
                publisher.publish(Events.words(Channel.AGENT, "agent-" + i, padding));
            }
            publisher.publish(Events.ended());

            await().atMost(LONG).until(() -> quick.received().size() == 1502);
            assertThat(slow.received()).hasSizeLessThan(2);
            assertThat(registry.get("aicc_outbox_depth")
                            .tag("destination", "r0")
                            .gauge()
                            .value())
                    .isGreaterThan(0);
            assertThat(publisher.drain(Duration.ofMillis(50))).isPositive();
        } finally {
            asleep.countDown();
        }
        assertThat(publisher.drain(LONG)).isZero();
        await().atMost(LONG).until(() -> slow.received().size() == 1502);
    }

    @Test
    void hostileRepliesAreCountedAndHarmNothing() {
        List<String> nonsense = List.of(
                "",
                "[",
                "null",
                "{\"type\":\"ack\"}",
                "{\"type\":\"ack\",\"seq\":-1}",
                "{\"type\":\"ack\",\"seq\":9000000000}",
                "{\"type\":\"resume\",\"last_seq\":-7}",
                "{\"type\":\"resume\",\"last_seq\":99999}",
                "{\"type\":\"shout\"}",
                "{\"type\":\"ack\",\"seq\":1e99}",
                "{\"type\":\"ack\",\"seq\":\"\u202e\"}");
        ScriptedReceiver receiver = receiver(new ScriptedReceiver.Script() {
            @Override
            public void opened(ScriptedReceiver self, io.netty.channel.Channel connection) {
                nonsense.forEach(it -> ScriptedReceiver.say(connection, it));
            }
        });
        TranscriptPublisher publisher = publisher(receiver);

        publishCall(publisher, 5);

        assertThat(publisher.drain(LONG)).isZero();
        await().until(() -> receiver.received().size() == 7);
        assertThat(registry.get("aicc_ws_bad_replies").counter().count()).isEqualTo(nonsense.size());
        assertThat(receiver.handshakes()).hasSize(1);
    }

    @Test
    void hugeReplyCostsTheConnectionButNoEvent() {
        AtomicInteger connections = new AtomicInteger();
        ScriptedReceiver receiver = receiver(new ScriptedReceiver.Script() {
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
        TranscriptPublisher publisher = publisher(receiver);

        publishCall(publisher, 5);

        assertThat(publisher.drain(LONG)).isZero();
        assertThat(connections).hasValueGreaterThan(1);
        assertThat(texts(receiver)).isEqualTo(sentences(1, 5));
        assertThat(registry.get("aicc_ws_bad_replies").counter().count()).isPositive();
    }

    @Test
    void restartInPlaceGoesOnWithTheNextNumberAndSendsWhatIsUnacknowledged() {
        ScriptedReceiver receiver = receiver(ScriptedReceiver.acking(seq -> seq <= 2));
        TranscriptPublisher first = publisher(receiver);
        first.publish(Events.started());
        first.publish(Events.words(1));
        first.publish(Events.words(2));
        first.publish(Events.interim(Channel.AGENT, "agent-1", "hel"));
        await().until(() -> receiver.received().size() == 4 && first.undelivered() == 1);
        first.close();

        TranscriptPublisher second = publisher(receiver);
        second.publish(Events.started()); // the operator hands the session over again
        second.publish(Events.words(3));
        second.publish(Events.ended());

        await().until(() -> receiver.received().size() == 7);
        assertThat(receiver.received()).extracting(Event::seq).containsExactly(1L, 2L, 3L, 4L, 3L, 5L, 6L);
        assertThat(receiver.received().get(4)).isEqualTo(receiver.received().get(2));
        assertThat(ending(receiver).finals()).containsEntry(Channel.CUSTOMER, 3L);
        assertThat(ending(receiver).durableEvents()).isEqualTo(5);
    }

    @Test
    void workerOfTheNextGenerationCountsAboveTheOneBefore() {
        ScriptedReceiver receiver = receiver(ScriptedReceiver.dutiful());
        TranscriptPublisher publisher = TranscriptPublisher.open(
                new SessionIdentity("call-1", "uid-1", 2),
                new PublishSettings(List.of(Destination.of("r", receiver.url(), "worker", KEY)), directory),
                registry,
                InstantSource.system());
        open.add(publisher);

        publisher.publish(Events.started());

        await().until(() -> receiver.received().size() == 1);
        assertThat(receiver.received().getFirst().seq()).isEqualTo(1_000_000_001L);
    }

    @Test
    void fullOutboxIsToldInTheClosingEvent() {
        ScriptedReceiver receiver = receiver(ScriptedReceiver.dutiful());
        receiver.stop();
        TranscriptPublisher publisher = publisher(QUICK, new Outbox.Limits(1 << 20, 4, 600), receiver);
        publishCall(publisher, 10); // the start and 3 finals in the file, 1 in memory, 6 nowhere
        await().until(() -> registry.get("aicc_outbox_dropped").counter().count() == 6);

        receiver.start();

        assertThat(publisher.drain(LONG)).isEqualTo(6);
        assertThat(texts(receiver)).isEqualTo(sentences(1, 4));
        assertThat(ending(receiver).outboxDropped()).isEqualTo(6);
        assertThat(ending(receiver).finals()).containsEntry(Channel.CUSTOMER, 4L);
        assertThat(publisher.undelivered()).isEqualTo(6);
    }

    @Test
    void wordsThatFoundNoRoomLeaveAGapOnTheTimelineOnceThereIsRoomAgain() {
        ScriptedReceiver receiver = receiver(ScriptedReceiver.dutiful());
        receiver.stop();
        TranscriptPublisher publisher = publisher(QUICK, new Outbox.Limits(1 << 20, 2, 1000), receiver);
        publisher.publish(Events.started());
        IntStream.rangeClosed(1, 9).forEach(it -> publisher.publish(Events.words(it)));
        await().until(() -> registry.get("aicc_outbox_dropped").counter().count() > 0);
        int lost = (int) registry.get("aicc_outbox_dropped").counter().count();

        receiver.start();
        await().until(() -> texts(receiver).size() == 9 - lost);
        await().until(() -> publisher.undelivered() == lost);
        publisher.publish(Events.words(10));
        publisher.publish(Events.ended());

        assertThat(publisher.drain(LONG)).isEqualTo(lost);
        assertThat(receiver.durable().map(Event::body).filter(EventBody.Gap.class::isInstance))
                .containsExactly(new EventBody.Gap(Channel.CUSTOMER, "outbox_full", 0, 100));
        assertThat(ending(receiver).durableEvents())
                .isEqualTo(receiver.durable().count());
        assertThat(ending(receiver).outboxDropped()).isEqualTo(lost);
    }

    @Test
    void fullOutboxStillServesAReceiverThatIsThere() {
        ScriptedReceiver receiver = receiver(ScriptedReceiver.dutiful());
        TranscriptPublisher publisher = publisher(QUICK, new Outbox.Limits(1 << 20, 2, 600), receiver);
        publisher.publish(Events.started());
        for (int i = 1; i <= 30; i++) {
            publisher.publish(Events.words(i));
            await().until(() -> publisher.undelivered() == 0);
        }
        publisher.publish(Events.ended());

        assertThat(publisher.drain(LONG)).isZero();
        assertThat(texts(receiver)).isEqualTo(sentences(1, 30));
        assertThat(ending(receiver).outboxDropped()).isZero();
    }

    @Test
    void interimsOfAnAbsentReceiverLeaveOnlyTheNewestOfEachSpeaker() {
        ScriptedReceiver receiver = receiver(ScriptedReceiver.dutiful());
        receiver.stop();
        TranscriptPublisher publisher = publisher(receiver);
        publisher.publish(Events.started());
        for (String text : List.of("a", "a b", "a b c")) {
            publisher.publish(Events.interim(Channel.CUSTOMER, "customer-1", text));
            publisher.publish(Events.interim(Channel.AGENT, "agent-1", text));
        }
        publisher.publish(Events.words(Channel.AGENT, "agent-1", "a b c d"));
        await().until(() -> publisher.undelivered() == 2);

        receiver.start();

        await().until(() -> receiver.received().size() == 3);
        assertThat(receiver.received()).extracting(Event::seq).containsExactly(1L, 6L, 8L);
        assertThat(receiver.received().get(1).body())
                .isEqualTo(Events.interim(Channel.CUSTOMER, "customer-1", "a b c"));
    }

    @Test
    void silenceIsFilledWithHeartbeatsThatTakeNumbersButNoSpace() {
        ScriptedReceiver receiver = receiver(ScriptedReceiver.dutiful());
        Timing lively = new Timing(
                Duration.ofMillis(30),
                QUICK.resumeWait(),
                QUICK.connect(),
                QUICK.ping(),
                QUICK.deaf(),
                QUICK.minBackoff(),
                QUICK.maxBackoff(),
                QUICK.tick());
        TranscriptPublisher publisher = publisher(lively, Outbox.Limits.DEFAULT, receiver);
        publisher.publish(Events.started());

        await().until(() -> receiver.received().stream()
                        .filter(it -> it.body() instanceof EventBody.Heartbeat)
                        .count()
                > 2);
        publisher.publish(Events.ended());

        assertThat(publisher.drain(LONG)).isZero();
        await().until(() -> receiver.received().getLast().body() instanceof EventBody.SessionEnded);
        assertThat(ending(receiver).durableEvents()).isEqualTo(2);
        assertThat(receiver.received()).extracting(Event::seq).isSorted();
    }

    @Test
    void receiverThatWentDeafIsLeft() {
        CountDownLatch asleep = new CountDownLatch(1);
        ScriptedReceiver receiver = receiver(new ScriptedReceiver.Script() {
            @Override
            public void heard(ScriptedReceiver self, io.netty.channel.Channel connection, Event event) {
                try {
                    asleep.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        });
        Timing impatient = new Timing(
                QUICK.heartbeat(),
                QUICK.resumeWait(),
                QUICK.connect(),
                Duration.ofMillis(20),
                Duration.ofMillis(100),
                QUICK.minBackoff(),
                QUICK.maxBackoff(),
                QUICK.tick());
        TranscriptPublisher publisher = publisher(impatient, Outbox.Limits.DEFAULT, receiver);
        try {
            publisher.publish(Events.started());
            await().until(() -> registry.get("aicc_ws_reconnects").counter().count() > 0);
        } finally {
            asleep.countDown();
        }
    }

    @Test
    void receiverThatPingsAndNeverReadsIsLeft() {
        ScriptedReceiver receiver = receiver(new ScriptedReceiver.Script() {
            @Override
            public void opened(ScriptedReceiver self, io.netty.channel.Channel connection) {
                connection.config().setAutoRead(false);
                flood(connection);
            }
        });
        TranscriptPublisher publisher = publisher(receiver);

        publisher.publish(Events.started());

        await().until(() -> registry.get("aicc_ws_bad_replies").counter().count() > 0);
        await().until(() -> receiver.handshakes().size() > 1);
    }

    private static void flood(io.netty.channel.Channel connection) {
        for (int i = 0; i < 500; i++) {
            connection.write(new PingWebSocketFrame(Unpooled.wrappedBuffer(new byte[125])));
        }
        connection.writeAndFlush(new PingWebSocketFrame()).addListener(written -> {
            if (written.isSuccess()) {
                connection.eventLoop().execute(() -> flood(connection));
            }
        });
    }

    @Test
    void nothingIsSentAfterTheEndAndCloseLeavesNoThread() {
        ScriptedReceiver receiver = receiver(ScriptedReceiver.dutiful());
        TranscriptPublisher publisher = publisher(receiver);
        publishCall(publisher, 1);
        publisher.publish(Events.words(2));
        assertThat(publisher.drain(LONG)).isZero();
        assertThat(texts(receiver)).isEqualTo(sentences(1, 1));

        publisher.close();
        publisher.close();
        publisher.publish(Events.words(3));

        assertThat(Thread.getAllStackTraces().keySet())
                .filteredOn(it -> it.isAlive() && it.getName().startsWith("publish"))
                .isEmpty();
        assertThat(registry.find("aicc_outbox_depth").gauge()).isNull();
    }

    @Test
    void withoutDestinationsEverythingCountsAsDelivered() {
        TranscriptPublisher publisher = publisher();
        publishCall(publisher, 3);
        assertThat(publisher.drain(LONG)).isZero();
        assertThat(publisher.undelivered()).isZero();
    }

    @Test
    void unusableDirectoryDoesNotKeepWordsFromArriving() throws Exception {
        Files.writeString(directory.resolve("file"), "in the way");
        ScriptedReceiver receiver = receiver(ScriptedReceiver.dutiful());
        TranscriptPublisher publisher = TranscriptPublisher.open(
                SESSION,
                new PublishSettings(
                        List.of(Destination.of("r", receiver.url(), "worker", KEY)), directory.resolve("file")),
                registry,
                InstantSource.system());
        open.add(publisher);

        publishCall(publisher, 5);

        assertThat(publisher.drain(LONG)).isZero();
        assertThat(texts(receiver)).isEqualTo(sentences(1, 5));
    }

    @Test
    void nameThatNobodyKnowsIsTriedAgain() {
        TranscriptPublisher publisher = TranscriptPublisher.open(
                SESSION,
                new PublishSettings(
                        List.of(Destination.of("r", URI.create("ws://receiver.invalid/in"), "worker", KEY)), directory),
                new TranscriptPublisher.Options(QUICK, Outbox.Limits.DEFAULT),
                registry,
                InstantSource.system());
        open.add(publisher);
        publishCall(publisher, 2);

        await().until(() -> registry.get("aicc_ws_reconnects").counter().count() > 1);
        assertThat(publisher.drain(Duration.ofMillis(20))).isEqualTo(2);
    }
}
