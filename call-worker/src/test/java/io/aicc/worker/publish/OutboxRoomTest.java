package io.aicc.worker.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.aicc.wire.event.Channel;
import io.aicc.wire.event.Event;
import io.aicc.wire.event.EventBody;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of words for which there is no room, or no disk. */
@Timeout(60)
class OutboxRoomTest {
    @RegisterExtension
    final PublisherRig rig = new PublisherRig();

    @Test
    void fullOutboxIsToldInTheClosingEvent() {
        ScriptedReceiver receiver = rig.receiver(ScriptedReceiver.dutiful());
        receiver.stop();
        TranscriptPublisher publisher = rig.publisher(PublisherRig.QUICK, new Outbox.Limits(1 << 20, 4, 600), receiver);
        PublisherRig.publishCall(publisher, 10); // the start and 3 finals in the file, 1 in memory, 6 nowhere
        await().until(() -> rig.counted("aicc_outbox_dropped") == 6);

        receiver.start();

        assertThat(publisher.drain(PublisherRig.LONG)).isEqualTo(6);
        assertThat(receiver.texts()).isEqualTo(Events.sentences(1, 4));
        assertThat(receiver.ending().outboxDropped()).isEqualTo(6);
        assertThat(receiver.ending().finals()).containsEntry(Channel.CUSTOMER, 4L);
        assertThat(publisher.undelivered()).isEqualTo(6);
    }

    @Test
    void wordsThatWaitInMemoryOnlyAreNotCoveredForTheNextProcess() {
        ScriptedReceiver receiver = rig.receiver(ScriptedReceiver.dutiful());
        receiver.stop();
        TranscriptPublisher publisher =
                rig.publisher(PublisherRig.QUICK, new Outbox.Limits(1 << 20, 2, 10_000), receiver);
        publisher.publish(Events.started());
        publisher.publish(Events.words(Channel.AGENT, "agent-1", "on disk"));
        publisher.publish(Events.words(Channel.CUSTOMER, "customer-1", "in memory")); // from 0 on
        Coverage all = new Coverage(rig.now.get(), Map.of(Channel.CUSTOMER, 5_000L, Channel.AGENT, 7_000L));

        publisher.follow(() -> all);

        await().until(() -> rig.publisher()
                .before()
                .filter(all.butNot(Map.of(Channel.CUSTOMER, 0L))::equals)
                .isPresent());
    }

    @Test
    void tellsThatItIsFullAndWhichFinalsEndWithTheProcess() {
        ScriptedReceiver receiver = rig.receiver(ScriptedReceiver.dutiful());
        receiver.stop();
        TranscriptPublisher publisher = rig.publisher(PublisherRig.QUICK, new Outbox.Limits(1 << 20, 4, 600), receiver);
        PublisherRig.publishCall(publisher, 10); // the start and 3 finals in the file, 1 in memory, 6 nowhere

        await().until(() -> publisher.missingFinals().equals(new MissingFinals(10, 1)));
        assertThat(rig.registry.get("aicc_outbox_full").gauge().value()).isEqualTo(1);

        receiver.start();
        await().until(() -> publisher.missingFinals().equals(new MissingFinals(6, 0)));
    }

    @Test
    void aProcessThatGoesOnSaysAtOnceWhatWaits() {
        ScriptedReceiver receiver = rig.receiver(ScriptedReceiver.dutiful());
        receiver.stop();
        PublisherRig.publishCall(rig.publisher(receiver), 5);
        await().until(() -> rig.publisher(receiver).missingFinals().equals(new MissingFinals(5, 0)));
    }

    @Test
    void whatWasDroppedIsSavedOnlyWhereItsNumberIs(@TempDir Path directory) {
        try (Outbox saved = Outbox.open(directory, Outbox.Limits.DEFAULT, PublisherRig.SESSION);
                Outbox unsaved = Outbox.open(null, Outbox.Limits.DEFAULT, PublisherRig.SESSION)) {
            saved.lost(Events.words(1));
            unsaved.lost(Events.words(1));

            assertThat(saved.unsavedFinalsFrom(0)).isZero();
            assertThat(unsaved.unsavedFinalsFrom(0)).isEqualTo(1);
        }
    }

    @Test
    void wordsThatFoundNoRoomLeaveAGapOnTheTimelineOnceThereIsRoomAgain() {
        ScriptedReceiver receiver = rig.receiver(ScriptedReceiver.dutiful());
        receiver.stop();
        TranscriptPublisher publisher =
                rig.publisher(PublisherRig.QUICK, new Outbox.Limits(1 << 20, 2, 1000), receiver);
        publisher.publish(Events.started());
        IntStream.rangeClosed(1, 9).forEach(it -> publisher.publish(Events.words(it)));
        await().until(() -> rig.counted("aicc_outbox_dropped") > 0);
        int lost = (int) rig.counted("aicc_outbox_dropped");

        receiver.start();
        await().until(() -> receiver.texts().size() == 9 - lost);
        await().until(() -> publisher.undelivered() == lost);
        publisher.publish(Events.words(10));
        publisher.publish(Events.ended());

        assertThat(publisher.drain(PublisherRig.LONG)).isEqualTo(lost);
        assertThat(receiver.durable().map(Event::body).filter(EventBody.Gap.class::isInstance))
                .containsExactly(new EventBody.Gap(Channel.CUSTOMER, "outbox_full", 0, 100));
        assertThat(receiver.ending().durableEvents())
                .isEqualTo(receiver.durable().count());
        assertThat(receiver.ending().outboxDropped()).isEqualTo(lost);
    }

    @Test
    void aGapThatFoundNoRoomIsToldOnceThereIsRoomAgain() {
        ScriptedReceiver receiver = rig.receiver(ScriptedReceiver.dutiful());
        receiver.stop();
        TranscriptPublisher publisher =
                rig.publisher(PublisherRig.QUICK, new Outbox.Limits(1 << 20, 1, 2_000), receiver);
        publisher.publish(Events.started());
        publisher.publish(Events.words(Channel.AGENT, "agent-1", "x".repeat(1_600))); // No other fits beside it.
        publisher.publish(Events.gap("packets_lost", -500, 400));
        publisher.publish(Events.gap("packets_lost", 900, 1_000));
        publisher.publish(Events.gap("overload", 5_000, 7_000));
        await().until(() -> rig.counted("aicc_outbox_dropped") == 3);
        publisher.follow(() -> new Coverage(rig.now.get(), Map.of(Channel.CUSTOMER, 8_000L, Channel.AGENT, 0L)));
        await("not covered for the next process").until(() -> keptCoverage().equals(Optional.of(-500L)));

        receiver.start();
        await().until(() -> publisher.undelivered() == 3);
        publisher.publish(Events.ended());

        assertThat(publisher.drain(PublisherRig.LONG)).isZero();
        assertThat(receiver.durable().map(Event::body).filter(EventBody.Gap.class::isInstance))
                .containsExactly(Events.gap("packets_lost", -500, 1_000), Events.gap("overload", 5_000, 7_000));
        assertThat(receiver.ending().outboxDropped()).isEqualTo(3);
    }

    @Test
    void aPublisherThatDoesNotKeepUpHoldsUpNobodyAndTellsWhatItCouldNotTake() throws Exception {
        ScriptedReceiver receiver = rig.receiver(ScriptedReceiver.dutiful());
        TranscriptPublisher publisher = rig.publisher(receiver);
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch mayGoOn = new CountDownLatch(1);
        publisher.publish(Events.started());
        assertThat(publisher.drain(PublisherRig.LONG)).isZero();
        Thread test = Thread.currentThread();
        publisher.follow(() -> {
            if (Thread.currentThread() != test && held.getCount() > 0) {
                held.countDown();
                letGo(mayGoOn);
            }
            return new Coverage(rig.now.get(), Map.of(Channel.CUSTOMER, 0L, Channel.AGENT, 0L));
        });
        held.await();

        for (int i = 1; i <= 3000; i++) {
            publisher.publish(Events.words(i)); // The loop stands still: whoever waited here would wait for ever.
        }
        assertThat(rig.counted("aicc_outbox_dropped")).isEqualTo(3000 - 2048);
        mayGoOn.countDown();
        assertThat(publisher.drain(PublisherRig.LONG)).isEqualTo(3000 - 2048);
        publisher.publish(Events.ended());
        assertThat(publisher.drain(PublisherRig.LONG)).isEqualTo(3000 - 2048);

        assertThat(receiver.texts()).isEqualTo(Events.sentences(1, 2048));
        assertThat(receiver.durable().map(Event::body).filter(EventBody.Gap.class::isInstance))
                .containsExactly(new EventBody.Gap(Channel.CUSTOMER, "outbox_full", 0, 100));
        assertThat(receiver.ending().outboxDropped()).isEqualTo(3000 - 2048);
    }

    @Test
    void aStepThatFailsIsCountedAndTheNextOnesRun() {
        TranscriptPublisher publisher = rig.publisher(rig.receiver(ScriptedReceiver.dutiful()));
        AtomicInteger asked = new AtomicInteger();
        publisher.follow(() -> {
            if (asked.incrementAndGet() == 1) {
                return new Coverage(rig.now.get(), Map.of());
            }
            throw new IllegalStateException("as planned");
        });

        await().until(() -> rig.tasks.failures() >= 3);
        PublisherRig.publishCall(publisher, 3);
        assertThat(publisher.drain(PublisherRig.LONG)).isZero();
    }

    @Test
    void fullOutboxStillServesAReceiverThatIsThere() {
        ScriptedReceiver receiver = rig.receiver(ScriptedReceiver.dutiful());
        TranscriptPublisher publisher = rig.publisher(PublisherRig.QUICK, new Outbox.Limits(1 << 20, 2, 600), receiver);
        publisher.publish(Events.started());
        for (int i = 1; i <= 30; i++) {
            publisher.publish(Events.words(i));
            await().until(() -> publisher.undelivered() == 0);
        }
        publisher.publish(Events.ended());

        assertThat(publisher.drain(PublisherRig.LONG)).isZero();
        assertThat(receiver.texts()).isEqualTo(Events.sentences(1, 30));
        assertThat(receiver.ending().outboxDropped()).isZero();
    }

    @Test
    void unusableDirectoryDoesNotKeepWordsFromArriving() throws Exception {
        Files.writeString(rig.directory().resolve("file"), "in the way");
        ScriptedReceiver receiver = rig.receiver(ScriptedReceiver.dutiful());
        TranscriptPublisher publisher = rig.added(TranscriptPublisher.open(
                PublisherRig.SESSION,
                new PublishSettings(
                        List.of(Destination.of("r", receiver.url(), "worker", PublisherRig.KEY)),
                        rig.directory().resolve("file")),
                rig.tasks,
                rig.registry,
                InstantSource.system()));

        PublisherRig.publishCall(publisher, 5);

        assertThat(publisher.drain(PublisherRig.LONG)).isZero();
        assertThat(receiver.texts()).isEqualTo(Events.sentences(1, 5));
    }

    @Test
    void outboxOfACallThatWasOverLongAgoIsDeletedAndALaterOneStays() throws Exception {
        Path old = left("uid-old-1", "events.jsonl");
        Path recent = left("uid-recent-1", "events.jsonl");
        age(old);

        rig.publisher();

        assertThat(old).doesNotExist();
        assertThat(recent).exists();
    }

    @Test
    void whatIsNoOutboxOfOursStaysHoweverOldItIs() throws Exception {
        List<Path> others = List.of(
                left("uid-photos-1", "holiday.jpg"),
                left("records", "events.jsonl"),
                left("uid.old-1", "events.jsonl"));
        for (Path other : others) {
            age(other);
        }

        rig.publisher();

        assertThat(others).allSatisfy(other -> assertThat(other).isNotEmptyDirectory());
    }

    @Test
    void aProcessStartedAgainAfterADayOfSilenceStillHasItsOwnWords() throws Exception {
        TranscriptPublisher first = rig.publisher();
        first.publish(Events.started());
        first.publish(Events.words(1));
        assertThat(first.drain(PublisherRig.LONG)).isZero();
        first.close();
        age(rig.directory().resolve("uid-1-1"));

        ScriptedReceiver receiver = rig.receiver(ScriptedReceiver.dutiful());
        TranscriptPublisher second = rig.publisher(receiver);

        assertThat(second.drain(PublisherRig.LONG)).isZero();
        assertThat(receiver.texts()).isEqualTo(Events.sentences(1, 1));
    }

    /** How much of the customer's part the next process takes for covered, ms. */
    private Optional<Long> keptCoverage() {
        try (CoverageFile file = CoverageFile.open(rig.directory().resolve("uid-1-1"))) {
            return file.before().map(it -> it.untilMs().get(Channel.CUSTOMER));
        }
    }

    private Path left(String directory, String file) throws IOException {
        Path made = Files.createDirectories(rig.directory().resolve(directory));
        Files.writeString(made.resolve(file), "{}");
        return made;
    }

    /** Nobody has written to it for more than a day. */
    private static void age(Path directory) throws IOException {
        FileTime yesterday = FileTime.from(Instant.now().minus(OldOutboxes.KEPT).minusSeconds(1));
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                Files.setLastModifiedTime(file, yesterday);
            }
        }
        Files.setLastModifiedTime(directory, yesterday);
    }

    @Test
    void interimsOfAnAbsentReceiverLeaveOnlyTheNewestOfEachSpeaker() {
        ScriptedReceiver receiver = rig.receiver(ScriptedReceiver.dutiful());
        receiver.stop();
        TranscriptPublisher publisher = rig.publisher(receiver);
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

    private static void letGo(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
