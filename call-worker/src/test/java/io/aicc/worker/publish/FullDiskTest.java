package io.aicc.worker.publish;

import static org.assertj.core.api.Assertions.assertThat;

import io.aicc.wire.event.EventBody;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A disk that takes no more: another process, which the kernel lets write files of 16 KB at most (RLIMIT_FSIZE). */
@Timeout(60)
class FullDiskTest {
    private static final int FINALS = 300;

    @TempDir
    private Path directory;

    @Test
    void wordsGoOnFromMemoryAndArriveAllTheSame() throws Exception {
        Process process = new ProcessBuilder(
                        "bash",
                        "-c",
                        "ulimit -f 16; exec \"$@\"",
                        "bash",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:-UsePerfData",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Call.class.getName(),
                        directory.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(process.waitFor()).as(said).isZero();
        assertThat(said)
                .contains("outbox full, events wait in memory while there is room")
                .contains("received=" + (FINALS + 2) + " undelivered=0 dropped=0.0 outbox_dropped=0");
        assertThat(directory.resolve("uid-1-1/events.jsonl").toFile().length()).isBetween(8_000L, 16_384L);
    }

    /** A call of some 100 KB of events, to a receiver that takes them as they come. */
    static final class Call {
        private static final Duration LIMIT = Duration.ofSeconds(20);

        private Call() {}

        public static void main(String[] arguments) throws Exception {
            SimpleMeterRegistry registry = new SimpleMeterRegistry();
            try (ScriptedReceiver receiver = new ScriptedReceiver(ScriptedReceiver.dutiful()).start();
                    TranscriptPublisher publisher = TranscriptPublisher.open(
                            PublisherRig.SESSION,
                            new PublishSettings(
                                    List.of(Destination.of("r", receiver.url(), "worker", PublisherRig.KEY)),
                                    Path.of(arguments[0])),
                            registry,
                            InstantSource.system())) {
                PublisherRig.publishCall(publisher, FINALS);
                long undelivered = publisher.drain(LIMIT);
                EventBody.SessionEnded end =
                        (EventBody.SessionEnded) receiver.received().getLast().body();
                System.out.printf(
                        "received=%d undelivered=%d dropped=%s outbox_dropped=%d%n",
                        receiver.durable().count(),
                        undelivered,
                        registry.get("aicc_outbox_dropped").counter().count(),
                        end.outboxDropped());
            }
        }
    }
}
