package io.aicc.worker.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.spi.ILoggingEvent;
import io.aicc.testing.LogLines;
import io.netty.channel.Channel;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.slf4j.event.KeyValuePair;

/** Receivers that are there and do not say what they have: who has to look after them is told, and once. */
@Timeout(60)
class AckWatchTest {
    private static final String STOPPED = "receiver takes events and acknowledges none, they wait";
    private static final String AGAIN = "receiver acknowledges again";
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @RegisterExtension
    final PublisherRig rig = new PublisherRig();

    @RegisterExtension
    final LogLines lines = LogLines.of(AckWatch.class);

    private final AckWatch watch = new AckWatch(
            Destination.of("unit", URI.create("ws://receiver/in"), "worker", PublisherRig.KEY), LIMIT, 0, 0);

    @Test
    void whatIsNotAcknowledgedInTimeIsToldOnceAndSoIsThatItGoesOn() {
        look(30, 0, true);
        assertThat(said("unit")).isEmpty();
        look(31, 0, true);
        look(90, 0, true);
        look(91, 0, false); // The connection broke, which says so itself,
        look(92, 0, true); // and was made again.
        look(200, 0, true);
        assertThat(said("unit")).containsExactly(STOPPED + " waiting=7");

        look(201, 3, true);
        look(231, 3, true);
        assertThat(said("unit")).containsExactly(STOPPED + " waiting=7", AGAIN);
        look(232, 3, true);
        assertThat(said("unit")).endsWith(STOPPED + " waiting=7");
    }

    @Test
    void aReceiverThatIsOwedNothingMayBeSilentForAsLongAsItLikes() {
        look(1_000, 0, false);
        look(1_001, 0, true);
        look(1_030, 0, true);

        assertThat(said("unit")).isEmpty();
    }

    @Test
    void onlyAReceiverThatSaysWhatItHasIsExpectedToGoOn() {
        AtomicReference<@Nullable Channel> connection = new AtomicReference<>();
        ScriptedReceiver stopped = rig.receiver(new ScriptedReceiver.Script() {
            @Override
            public void opened(ScriptedReceiver self, Channel opened) {
                connection.set(opened);
                ScriptedReceiver.say(opened, "{\"type\":\"resume\",\"last_seq\":0}");
            }
        });
        ScriptedReceiver plain = rig.receiver(ScriptedReceiver.silent());
        DeliveryTiming impatient = new DeliveryTiming(
                PublisherRig.QUICK.heartbeat(),
                PublisherRig.QUICK.resumeWait(),
                PublisherRig.QUICK.connect(),
                PublisherRig.QUICK.ping(),
                PublisherRig.QUICK.deaf(),
                Duration.ofMillis(500),
                PublisherRig.QUICK.minBackoff(),
                PublisherRig.QUICK.maxBackoff(),
                PublisherRig.QUICK.tick());
        TranscriptPublisher publisher = rig.publisher(impatient, Outbox.Limits.DEFAULT, stopped, plain);
        publisher.publish(Events.started());
        publisher.publish(Events.words(1));

        await().until(() -> said("r0").equals(List.of(STOPPED + " waiting=2")));
        await().until(() -> plain.received().size() == 2);
        assertThat(said("r1")).isEmpty();

        ScriptedReceiver.say(Objects.requireNonNull(connection.get()), "{\"type\":\"ack\",\"seq\":2}");
        await().until(() -> said("r0").equals(List.of(STOPPED + " waiting=2", AGAIN)));
    }

    private void look(long seconds, long acked, boolean owed) {
        watch.look(Duration.ofSeconds(seconds).toNanos(), acked, owed, 7);
    }

    /** What was said, of whom and with how many. */
    private List<String> said(String destination) {
        List<String> said = new ArrayList<>();
        for (ILoggingEvent event : lines.list()) {
            if (value(event, "destination").equals(destination)) {
                String waiting = value(event, "waiting");
                said.add(event.getMessage() + (waiting.isEmpty() ? "" : " waiting=" + waiting));
            }
        }
        return said;
    }

    private static String value(ILoggingEvent event, String key) {
        return event.getKeyValuePairs().stream()
                .filter(pair -> pair.key.equals(key))
                .map((KeyValuePair pair) -> String.valueOf(pair.value))
                .findFirst()
                .orElse("");
    }
}
