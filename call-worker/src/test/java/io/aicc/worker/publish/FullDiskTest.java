package io.aicc.worker.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.aicc.runtime.Tasks;
import io.aicc.wire.event.Channel;
import io.aicc.wire.event.EventBody;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A disk that takes no more: another process, which the kernel lets write files of so many KB at most (RLIMIT_FSIZE). */
@Timeout(60)
class FullDiskTest {
    private static final int FINALS = 300;
    private static final Duration LIMIT = Duration.ofSeconds(20);

    /** Of a process that writes to the full disk, and of the one after it. */
    @TempDir
    private Path directory;

    @Test
    void wordsGoOnFromMemoryAndArriveAllTheSame() throws Exception {
        Process process = onAFullDisk(16, Call.class);
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(process.waitFor()).as(said).isZero();
        assertThat(said)
                .contains("outbox full, events wait in memory while there is room")
                .contains("received=" + (FINALS + 2) + " undelivered=0 dropped=0.0 outbox_dropped=0");
        assertThat(events().toFile().length()).isBetween(8_000L, 16_384L);
    }

    /** @param kilobytes that each file may have at first; 0: the disk was full before the call */
    @ParameterizedTest
    @ValueSource(ints = {16, 0})
    void wordsThatWaitedInMemoryOutliveTheirProcessOnceTheDiskTakesThemAgain(int kilobytes) throws Exception {
        Process process = onAFullDisk(kilobytes, Unheard.class);
        try {
            assertThat(process.inputReader().lines().anyMatch(Unheard.ALL_KEPT::equals))
                    .isTrue();
            assertThat(events().toFile().length()).isLessThanOrEqualTo(kilobytes * 1024L);

            free(process);

            await().atMost(LIMIT).until(() -> Files.readAllLines(events()).size() == FINALS + 1);
            await().atMost(LIMIT).until(() -> covered().equals(Unheard.UNTIL_MS));
        } finally {
            process.destroyForcibly().waitFor();
        }

        try (ScriptedReceiver receiver = new ScriptedReceiver(ScriptedReceiver.dutiful()).start();
                TranscriptPublisher next = publisher(receiver.url(), directory, new SimpleMeterRegistry())) {
            next.publish(Events.ended());
            assertThat(next.drain(LIMIT)).isZero();
            assertThat(receiver.texts()).isEqualTo(Unheard.texts());
            assertThat(receiver.ending().outboxDropped()).isZero();
        }
    }

    private Path events() {
        return directory.resolve("uid-1-1/events.jsonl");
    }

    private Map<Channel, Long> covered() {
        try (CoverageFile file = CoverageFile.open(events().getParent())) {
            return file.before().map(Coverage::untilMs).orElse(Map.of());
        }
    }

    private Process onAFullDisk(int kilobytes, Class<?> program) throws IOException {
        List<String> command =
                new ArrayList<>(List.of("bash", "-c", "ulimit -S -f " + kilobytes + "; exec \"$@\"", "bash"));
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:-UsePerfData",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                program.getName(),
                directory.toString()));
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    /** Its disk has room again. */
    private static void free(Process process) throws Exception {
        Process prlimit = new ProcessBuilder("prlimit", "--pid", String.valueOf(process.pid()), "--fsize=unlimited:")
                .inheritIO()
                .start();
        assertThat(prlimit.waitFor()).isZero();
    }

    private static TranscriptPublisher publisher(URI receiver, Path directory, SimpleMeterRegistry registry) {
        return TranscriptPublisher.open(
                PublisherRig.SESSION,
                new PublishSettings(List.of(Destination.of("r", receiver, "worker", PublisherRig.KEY)), directory),
                new Tasks(Duration.ZERO),
                registry,
                InstantSource.system());
    }

    /** A call of some 100 KB of events, to a receiver that takes them as they come. */
    static final class Call {
        private Call() {}

        public static void main(String[] arguments) throws Exception {
            SimpleMeterRegistry registry = new SimpleMeterRegistry();
            try (ScriptedReceiver receiver = new ScriptedReceiver(ScriptedReceiver.dutiful()).start();
                    TranscriptPublisher publisher = publisher(receiver.url(), Path.of(arguments[0]), registry)) {
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

    /** A call of as many events, long and short ones, to a receiver that is away; lives until it is killed. */
    static final class Unheard {
        static final String ALL_KEPT = "all kept";
        static final Map<Channel, Long> UNTIL_MS = Map.of(Channel.CUSTOMER, 5_000L, Channel.AGENT, 7_000L);

        private Unheard() {}

        /** Where a long one does not fit any more, a short one after it would. */
        static List<String> texts() {
            return IntStream.rangeClosed(1, FINALS)
                    .mapToObj(it -> "sentence " + it + (it % 2 == 0 ? "" : " x".repeat(1500)))
                    .toList();
        }

        public static void main(String[] arguments) throws Exception {
            URI nobody = URI.create("ws://127.0.0.1:9/in");
            try (TranscriptPublisher publisher = publisher(nobody, Path.of(arguments[0]), new SimpleMeterRegistry())) {
                publisher.publish(Events.started());
                texts().forEach(it -> publisher.publish(Events.words(Channel.CUSTOMER, "customer-1", it)));
                publisher.follow(() -> new Coverage(Instant.now(), UNTIL_MS));
                await().atMost(LIMIT).until(() -> publisher.undelivered() == FINALS + 1);
                System.out.println(ALL_KEPT);
                System.in.read();
            }
        }
    }
}
