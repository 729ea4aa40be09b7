package io.aicc.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.aicc.wire.event.Channel;
import io.aicc.wire.event.Event;
import io.aicc.wire.event.EventBody;
import io.aicc.worker.publish.ScriptedReceiver;
import io.aicc.worker.speech.sphinx.SmallModel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The worker as its predecessor was used: a process alone, without Kubernetes, on the two ports that were always the same. */
@Timeout(120)
class CallAfterCallTest {
    private static final String ADDRESS = "127.61.0.3";
    private static final Duration LONG = Duration.ofSeconds(60);

    @TempDir
    private Path directory;

    @Test
    void oneProcessHearsTwoCallsOneAfterTheOther() throws Exception {
        try (Phone phone = new Phone(1);
                ScriptedReceiver receiver = new ScriptedReceiver(ScriptedReceiver.dutiful()).start()) {
            Process worker = start(receiver);
            try {
                call(phone, receiver, 1);
                call(phone, receiver, 2);
                await().atMost(LONG).until(() -> sessions(receiver).size() == 3);
            } finally {
                worker.destroy();
                worker.waitFor();
            }

            List<String> sessions = sessions(receiver);
            assertThat(sessions).hasSize(3).doesNotHaveDuplicates();
            assertThat(of(receiver, sessions.get(2), EventBody.SessionEnded.class))
                    .as("nobody called a third time: %s", Files.readString(log()))
                    .singleElement()
                    .satisfies(ended -> assertThat(ended.reason()).isEqualTo("WorkerStopped"));
            assertLogNamesTheCallOf(sessions);
        }
    }

    /** Each line from the first call on, whichever thread wrote it. */
    private void assertLogNamesTheCallOf(List<String> sessions) throws IOException {
        List<String> lines = Files.readAllLines(log());
        assertThat(lines.stream().dropWhile(line -> !line.contains("\"call assigned\"")))
                .allMatch(line -> line.contains("\"call_id\":\"legacy-"));
        assertThat(sessions).allSatisfy(session -> assertThat(lines)
                .filteredOn(line -> line.contains("\"call_id\":\"legacy-" + session))
                .anyMatch(line -> line.contains("\"call assigned\""))
                .anyMatch(line -> line.contains("\"call done\"")));
    }

    /** Both speak at once; their words come, and the session ends by itself when nobody sends any more. */
    private static void call(Phone phone, ScriptedReceiver receiver, int number) throws Exception {
        await().atMost(LONG).until(() -> sessions(receiver).size() == number);
        String session = sessions(receiver).getLast();
        Future<?> customer = phone.speak(new InetSocketAddress(ADDRESS, 12_345), 100 + number);
        Future<?> agent = phone.speak(new InetSocketAddress(ADDRESS, 12_346), 200 + number);
        customer.get();
        agent.get();

        await().atMost(LONG).until(() -> !of(receiver, session, EventBody.SessionEnded.class)
                .isEmpty());

        assertThat(of(receiver, session, EventBody.TranscriptFinal.class))
                .hasSize(2)
                .allSatisfy(words -> assertThat(words.text()).contains("thank you"))
                .extracting(EventBody.TranscriptFinal::channel)
                .containsExactlyInAnyOrder(Channel.CUSTOMER, Channel.AGENT);
        EventBody.SessionEnded ended =
                of(receiver, session, EventBody.SessionEnded.class).getFirst();
        assertThat(ended.reason()).isEqualTo("MediaSilent");
        assertThat(ended.finals()).isEqualTo(Map.of(Channel.CUSTOMER, 1L, Channel.AGENT, 1L));
        assertThat(of(receiver, session, EventBody.Gap.class)).isEmpty();
    }

    private static List<String> sessions(ScriptedReceiver receiver) {
        return receiver.received().stream().map(Event::sessionId).distinct().toList();
    }

    private static <T extends EventBody> List<T> of(ScriptedReceiver receiver, String session, Class<T> type) {
        return receiver.received().stream()
                .filter(event -> event.sessionId().equals(session))
                .map(Event::body)
                .flatMap(body -> type.isInstance(body) ? Stream.of(type.cast(body)) : Stream.empty())
                .toList();
    }

    private Process start(ScriptedReceiver receiver) throws IOException {
        Path key = Files.writeString(directory.resolve("receiver.key"), "k".repeat(32));
        String outputs = "[{\"name\": \"r\", \"url\": \"%s\", \"clientId\": \"worker\", \"keyFile\": \"%s\"}]"
                .formatted(receiver.url(), key);
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                "io.aicc.worker.CallWorker");
        Map<String, String> environment = builder.environment();
        environment.keySet().removeIf(name -> name.startsWith("AICC_"));
        environment.putAll(SmallModel.environment(directory));
        environment.putAll(Map.of(
                "LEGACY_FIXED_PORTS", "true",
                "AICC_LEGACY_SILENCE_SECONDS", "1",
                "AICC_BIND_ADDRESS", ADDRESS,
                "AICC_HEALTH_PORT", "0",
                "AICC_METRICS_PORT", "0",
                "AICC_ALLOWED_SOURCES", "127.0.0.0/8",
                "AICC_OUTPUTS", outputs,
                "AICC_OUTBOX_DIR", directory.resolve("outbox").toString()));
        return builder.redirectErrorStream(true).redirectOutput(log().toFile()).start();
    }

    private Path log() {
        return directory.resolve("worker.log");
    }
}
