package io.aicc.worker.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.aicc.wire.event.Channel;
import io.aicc.wire.event.Event;
import io.aicc.wire.event.EventBody;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** From the first event to the last: whole, in order, over every break that a receiver gets over. */
@Timeout(60)
class TranscriptPublisherTest {
    @RegisterExtension
    final PublisherRig rig = new PublisherRig();

    @Test
    void callArrivesWholeInOrderAndProvesIt() {
        ScriptedReceiver receiver = rig.receiver(ScriptedReceiver.dutiful());
        TranscriptPublisher publisher = rig.publisher(receiver);

        PublisherRig.publishCall(publisher, 20);

        assertThat(publisher.drain(PublisherRig.LONG)).isZero();
        assertThat(publisher.undelivered()).isZero();
        assertThat(receiver.texts()).isEqualTo(Events.sentences(1, 20));
        assertThat(receiver.received()).extracting(Event::seq).isSorted().doesNotHaveDuplicates();
        assertThat(receiver.received()).extracting(Event::eventId).doesNotHaveDuplicates();
        assertThat(receiver.received()).extracting(Event::ts).containsOnly("2026-01-31T12:00:00.000000Z");
        EventBody.SessionEnded end = receiver.ending();
        assertThat(end.finals()).containsEntry(Channel.CUSTOMER, 20L).containsEntry(Channel.AGENT, 0L);
        assertThat(end.durableEvents()).isEqualTo(22);
        assertThat(end.outboxDropped()).isZero();
        assertThat(receiver.handshakes()).singleElement().satisfies(headers -> {
            assertThat(headers.get("Aicc-Session-Id")).isEqualTo("uid-1");
            assertThat(headers.get("Aicc-Generation")).isEqualTo("1");
            assertThat(headers.get(HttpHeaderNames.AUTHORIZATION)).startsWith("Bearer ey");
        });
        assertThat(rig.registry
                        .get("aicc_ws_messages")
                        .tag("type", "transcript.final")
                        .counter()
                        .count())
                .isEqualTo(20);
    }

    @Test
    void receiverAbsentAtTheStartMissesNothing() {
        ScriptedReceiver receiver = rig.receiver(ScriptedReceiver.dutiful());
        receiver.stop();
        TranscriptPublisher publisher = rig.publisher(receiver);
        PublisherRig.publishCall(publisher, 10);
        await().until(() -> rig.counted("aicc_ws_reconnects") > 2);
        assertThat(publisher.undelivered()).isEqualTo(12);
        assertThat(rig.registry.get("aicc_outbox_depth").gauge().value()).isEqualTo(12);

        receiver.start();

        assertThat(publisher.drain(PublisherRig.LONG)).isZero();
        assertThat(receiver.texts()).isEqualTo(Events.sentences(1, 10));
    }

    @Test
    void receiverGoneInMidCallGetsTheRestOnceInOrder() {
        ScriptedReceiver receiver = rig.receiver(ScriptedReceiver.dutiful());
        TranscriptPublisher publisher = rig.publisher(receiver);
        publisher.publish(Events.started());
        IntStream.rangeClosed(1, 5).forEach(it -> publisher.publish(Events.words(it)));
        await().until(() -> publisher.undelivered() == 0);

        receiver.stop();
        IntStream.rangeClosed(6, 10).forEach(it -> publisher.publish(Events.words(it)));
        receiver.start();
        publisher.publish(Events.ended());

        assertThat(publisher.drain(PublisherRig.LONG)).isZero();
        assertThat(receiver.texts()).isEqualTo(Events.sentences(1, 10));
    }

    @Test
    void connectionKilledBetweenWriteAndAckBringsTheSameEventAgain() {
        // Acknowledges nothing but the first on the first connection, does not say what it has, and hangs up.
        AtomicInteger heard = new AtomicInteger();
        ScriptedReceiver receiver = rig.receiver(new ScriptedReceiver.Script() {
            @Override
            public void heard(ScriptedReceiver self, io.netty.channel.Channel connection, Event event) {
                if (heard.incrementAndGet() == 3) {
                    connection.close();
                } else if (heard.get() == 1 || heard.get() > 3) {
                    ScriptedReceiver.say(connection, "{\"type\":\"ack\",\"seq\":" + event.seq() + "}");
                }
            }
        });
        TranscriptPublisher publisher = rig.publisher(receiver);

        publisher.publish(Events.started());
        await().until(() -> publisher.undelivered() == 0);
        publisher.publish(Events.words(1));
        publisher.publish(Events.words(2));
        publisher.publish(Events.ended());

        assertThat(publisher.drain(PublisherRig.LONG)).isZero();
        List<Event> unique = receiver.received().stream().distinct().toList();
        assertThat(receiver.received()).hasSizeGreaterThan(unique.size());
        assertThat(unique).extracting(Event::eventId).doesNotHaveDuplicates().hasSize(4);
    }

    @Test
    void restartInPlaceGoesOnWithTheNextNumberAndSendsWhatIsUnacknowledged() {
        ScriptedReceiver receiver = rig.receiver(ScriptedReceiver.acking(seq -> seq <= 2));
        TranscriptPublisher first = rig.publisher(receiver);
        first.publish(Events.started());
        first.publish(Events.words(1));
        first.publish(Events.words(2));
        first.publish(Events.interim(Channel.AGENT, "agent-1", "hel"));
        await().until(() -> receiver.received().size() == 4 && first.undelivered() == 1);
        first.close();

        TranscriptPublisher second = rig.publisher(receiver);
        second.publish(Events.started()); // the operator hands the session over again
        second.publish(Events.words(3));
        second.publish(Events.ended());

        await().until(() -> receiver.received().size() == 7);
        assertThat(receiver.received()).extracting(Event::seq).containsExactly(1L, 2L, 3L, 4L, 3L, 5L, 6L);
        assertThat(receiver.received().get(4)).isEqualTo(receiver.received().get(2));
        assertThat(receiver.ending().finals()).containsEntry(Channel.CUSTOMER, 3L);
        assertThat(receiver.ending().durableEvents()).isEqualTo(5);
    }

    @Test
    void aProcessThatWasStoppedAndStartedInPlaceBeginsTheSameSessionAgainWithTheNextNumber() {
        ScriptedReceiver receiver = rig.receiver(ScriptedReceiver.dutiful());
        TranscriptPublisher first = rig.publisher(receiver);
        first.publish(Events.started());
        first.publish(Events.words(1));
        first.publish(Events.ended("WorkerStopped"));
        assertThat(first.drain(PublisherRig.LONG)).isZero();
        first.close();

        TranscriptPublisher second = rig.publisher(receiver);
        PublisherRig.publishCall(second, 2);

        assertThat(second.drain(PublisherRig.LONG)).isZero();
        assertThat(receiver.durable()).extracting(Event::seq).containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L);
        assertThat(receiver.durable().skip(3))
                .extracting(event -> event.body().type())
                .containsExactly("session.started", "transcript.final", "transcript.final", "session.ended");
        assertThat(receiver.ending().finals()).containsEntry(Channel.CUSTOMER, 2L);
        assertThat(receiver.ending().durableEvents()).isEqualTo(4);
        second.close();

        TranscriptPublisher third = rig.publisher(receiver); // the session is over now
        PublisherRig.publishCall(third, 2);
        assertThat(third.drain(PublisherRig.LONG)).isZero();
        assertThat(receiver.durable()).hasSize(7);
    }

    @Test
    void aProcessStartedAgainKnowsHowMuchTheOneBeforeHadCovered() {
        Coverage covered = coverage(5_000, 7_000);
        TranscriptPublisher first = rig.publisher();
        assertThat(first.before()).isEmpty();
        first.follow(() -> covered);
        await().until(() -> rig.publisher().before().isPresent());

        assertThat(rig.publisher().before()).contains(covered);
    }

    static Stream<EventBody> tellsOfTheCustomersWordsFromZeroOn() {
        return Stream.of(Events.words(1), Events.gap("packets_lost", 0, 400));
    }

    @ParameterizedTest
    @MethodSource("tellsOfTheCustomersWordsFromZeroOn")
    void whatNoReceiverHasYetIsNotDelivered(EventBody event) {
        ScriptedReceiver receiver = rig.receiver(ScriptedReceiver.dutiful());
        receiver.stop();
        TranscriptPublisher publisher = rig.publisher(receiver);
        publisher.publish(Events.started());
        publisher.publish(event);

        publisher.follow(() -> coverage(5_000, 7_000));
        await().until(() -> coverage(0, 7_000).equals(publisher.deliveredCoverage()));
        assertThat(publisher.undelivered()).isEqualTo(2);

        receiver.start();
        await().atMost(PublisherRig.LONG).until(() -> coverage(5_000, 7_000).equals(publisher.deliveredCoverage()));
    }

    private Coverage coverage(long customerMs, long agentMs) {
        return new Coverage(rig.now.get(), Map.of(Channel.CUSTOMER, customerMs, Channel.AGENT, agentMs));
    }

    @Test
    void workerOfTheNextGenerationCountsAboveTheOneBefore() {
        ScriptedReceiver receiver = rig.receiver(ScriptedReceiver.dutiful());
        TranscriptPublisher publisher = rig.added(TranscriptPublisher.open(
                new SessionIdentity("call-1", "uid-1", 2),
                new PublishSettings(
                        List.of(Destination.of("r", receiver.url(), "worker", PublisherRig.KEY)), rig.directory()),
                rig.tasks,
                rig.registry,
                InstantSource.system()));

        publisher.publish(Events.started());

        await().until(() -> receiver.received().size() == 1);
        assertThat(receiver.received().getFirst().seq()).isEqualTo(1_000_000_001L);
    }

    /** Its disk was full: whoever counted from the beginning again would be taken for a repetition. */
    @Test
    void aProcessThatFindsNoNumberOfTheOneBeforeCountsAboveIt() {
        ScriptedReceiver receiver = rig.receiver(ScriptedReceiver.dutiful());
        TranscriptPublisher publisher = rig.added(TranscriptPublisher.open(
                new SessionIdentity("call-1", "uid-1", 1, 12_000),
                new PublishSettings(
                        List.of(Destination.of("r", receiver.url(), "worker", PublisherRig.KEY)), rig.directory()),
                rig.tasks,
                rig.registry,
                InstantSource.system()));

        publisher.publish(Events.started());

        await().until(() -> receiver.received().size() == 1);
        assertThat(receiver.received().getFirst().seq()).isEqualTo(12_001);
    }

    @Test
    void silenceIsFilledWithHeartbeatsThatTakeNumbersButNoSpace() {
        ScriptedReceiver receiver = rig.receiver(ScriptedReceiver.dutiful());
        DeliveryTiming lively = new DeliveryTiming(
                Duration.ofMillis(30),
                PublisherRig.QUICK.resumeWait(),
                PublisherRig.QUICK.connect(),
                PublisherRig.QUICK.ping(),
                PublisherRig.QUICK.deaf(),
                PublisherRig.QUICK.acknowledge(),
                PublisherRig.QUICK.minBackoff(),
                PublisherRig.QUICK.maxBackoff(),
                PublisherRig.QUICK.tick());
        TranscriptPublisher publisher = rig.publisher(lively, Outbox.Limits.DEFAULT, receiver);
        publisher.publish(Events.started());

        await().until(() -> receiver.received().stream()
                        .filter(it -> it.body() instanceof EventBody.Heartbeat)
                        .count()
                > 2);
        publisher.publish(Events.ended());

        assertThat(publisher.drain(PublisherRig.LONG)).isZero();
        await().until(() -> receiver.received().getLast().body() instanceof EventBody.SessionEnded);
        assertThat(receiver.ending().durableEvents()).isEqualTo(2);
        assertThat(receiver.received()).extracting(Event::seq).isSorted();
    }

    @Test
    void nothingIsSentAfterTheEndAndCloseLeavesNoThread() {
        ScriptedReceiver receiver = rig.receiver(ScriptedReceiver.dutiful());
        TranscriptPublisher publisher = rig.publisher(receiver);
        PublisherRig.publishCall(publisher, 1);
        publisher.publish(Events.words(2));
        assertThat(publisher.drain(PublisherRig.LONG)).isZero();
        assertThat(receiver.texts()).isEqualTo(Events.sentences(1, 1));

        publisher.close();
        publisher.close();
        publisher.publish(Events.words(3));

        assertThat(Thread.getAllStackTraces().keySet())
                .filteredOn(it -> it.isAlive() && it.getName().startsWith("publish"))
                .isEmpty();
        assertThat(rig.registry.find("aicc_outbox_depth").gauge()).isNull();
    }

    @Test
    void withoutDestinationsEverythingCountsAsDelivered() {
        TranscriptPublisher publisher = rig.publisher();
        PublisherRig.publishCall(publisher, 3);
        assertThat(publisher.drain(PublisherRig.LONG)).isZero();
        assertThat(publisher.undelivered()).isZero();
    }
}
