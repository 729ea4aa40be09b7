package io.aicc.worker.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.aicc.wire.MicroTime;
import io.aicc.wire.event.Channel;
import io.aicc.wire.event.Event;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that the process before left, and that something has damaged since: no word is lost for it. */
@Timeout(60)
class DamagedOutboxTest {
    private static final int FINALS = 5;

    @RegisterExtension
    final PublisherRig rig = new PublisherRig();

    @ParameterizedTest
    @ValueSource(strings = {"r0.cursor", "sequence", "told"})
    void aDamagedFileOfNumbersCountsForNothing(String name) throws IOException {
        Path file = session().resolve(name);
        try (NumberFile numbers = NumberFile.open(file, 3)) {
            numbers.write(7, 7, 1);
        }
        byte[] bytes = Files.readAllBytes(file);
        bytes[0] = 0x7F; // Far above what there can be.
        Files.write(file, bytes);

        assertThat(everythingArrives().before()).isEmpty();
    }

    @Test
    void aLineWithANumberThatNobodyGaveSetsNone() throws IOException {
        Event event = new Event(
                Event.VERSION,
                "e",
                "call-1",
                "uid-1",
                Long.MAX_VALUE,
                MicroTime.format(rig.now.get()),
                Events.gap("overload", 1, 2));
        Files.writeString(session().resolve(Outbox.FILE), event.toJson() + "\n");

        everythingArrives();
    }

    @Test
    void aWholeFileOfNumbersIsRead() throws IOException {
        Path file = session().resolve("numbers");
        try (NumberFile numbers = NumberFile.open(file, 2)) {
            numbers.write(Long.MIN_VALUE, 5);
        }

        try (NumberFile numbers = NumberFile.open(file, 2)) {
            assertThat(numbers.opened(0)).isEqualTo(Long.MIN_VALUE);
            assertThat(numbers.opened(1)).isEqualTo(5);
        }
    }

    /** At a receiver that says nothing of what it has before it gets something. */
    private TranscriptPublisher everythingArrives() {
        ScriptedReceiver receiver = rig.receiver(ScriptedReceiver.acking(_ -> true));
        receiver.stop();
        TranscriptPublisher publisher = rig.publisher(receiver);
        PublisherRig.publishCall(publisher, FINALS);
        await().until(() -> publisher.undelivered() == FINALS + 2);
        receiver.start();

        await().until(() ->
                receiver.durable().count() >= FINALS + 2); // What was written counts as delivered before it is read.
        assertThat(publisher.drain(PublisherRig.LONG)).isZero();
        assertThat(receiver.texts()).isEqualTo(Events.sentences(1, FINALS));
        assertThat(receiver.ending().finals()).isEqualTo(Map.of(Channel.CUSTOMER, (long) FINALS, Channel.AGENT, 0L));
        return publisher;
    }

    private Path session() throws IOException {
        return Files.createDirectories(rig.directory().resolve("uid-1-1"));
    }
}
