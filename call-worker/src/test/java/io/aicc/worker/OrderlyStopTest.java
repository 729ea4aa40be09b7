package io.aicc.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.HotSpotDiagnosticMXBean.ThreadDumpFormat;
import io.aicc.runtime.Program;
import io.aicc.testing.LogLines;
import io.aicc.worker.publish.ScriptedReceiver;
import io.aicc.worker.speech.sphinx.SmallModel;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class OrderlyStopTest {
    private static final String ADDRESS = "127.61.0.4";
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final Pattern THREAD = Pattern.compile("^(#[0-9]+ \"[^\"]*\").*");

    /** The JVM's own: they carry virtual threads and wake them, whoever those belong to, and grow in number as they like. */
    private static final Pattern OF_THE_JVM =
            Pattern.compile(".*\"(ForkJoinPool|VirtualThread-|Read-Poller|Write-Poller).*");

    @TempDir
    private Path directory;

    @Test
    void aWorkerThatIsStoppedWhileSomebodySpeaksEndsWithTheThreadsItBeganWith() throws Exception {
        try (ScriptedReceiver firsts = new ScriptedReceiver(ScriptedReceiver.dutiful()).start();
                ScriptedReceiver receiver = new ScriptedReceiver(ScriptedReceiver.dutiful()).start()) {
            stopInMidCall(firsts); // the JVM starts some threads of its own the first time
            Set<String> before = threads();
            LogLines lines = LogLines.of("io.aicc").open();

            stopInMidCall(receiver);
            lines.close();

            assertThat(lines.list().stream().filter(line -> line.getLevel().isGreaterOrEqual(Level.WARN)))
                    .as("nothing was cancelled, nothing failed")
                    .isEmpty();
            await().atMost(LONG).pollInSameThread().untilAsserted(() -> assertThat(threads())
                    .isSubsetOf(before));
        }
    }

    private void stopInMidCall(ScriptedReceiver receiver) throws Exception {
        int endedBefore = ended(receiver);
        int begunBefore = begun(receiver);
        try (Phone phone = new Phone(20);
                Program program = new Program("call-worker")) {
            CallWorker.build(environment(receiver), program);
            var customer = phone.speak(new InetSocketAddress(ADDRESS, 12_345), 1);
            var agent = phone.speak(new InetSocketAddress(ADDRESS, 12_346), 2);
            await().atMost(LONG).until(() -> begun(receiver) >= begunBefore + 2);
            assertThat(customer.isDone() || agent.isDone()).isFalse();
        }
        assertThat(ended(receiver)).isEqualTo(endedBefore + 1);
    }

    private static int begun(ScriptedReceiver receiver) {
        return count(receiver, "speech.started");
    }

    private static int ended(ScriptedReceiver receiver) {
        return count(receiver, "session.ended");
    }

    private static int count(ScriptedReceiver receiver, String type) {
        return (int) receiver.received().stream()
                .filter(event -> event.body().type().equals(type))
                .count();
    }

    /** All of this process, virtual ones too. */
    private Set<String> threads() throws IOException {
        Path dump = directory.resolve(UUID.randomUUID() + ".txt");
        ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
                .dumpThreads(dump.toString(), ThreadDumpFormat.TEXT_PLAIN);
        return Files.readAllLines(dump).stream()
                .map(THREAD::matcher)
                .filter(line ->
                        line.matches() && !OF_THE_JVM.matcher(line.group(1)).matches())
                .map(line -> line.group(1))
                .collect(Collectors.toSet());
    }

    private Map<String, String> environment(ScriptedReceiver receiver) throws IOException {
        Path key = Files.writeString(directory.resolve("receiver.key"), "k".repeat(32));
        Map<String, String> environment = new HashMap<>(SmallModel.environment(directory));
        environment.putAll(Map.of(
                "LEGACY_FIXED_PORTS", "true",
                "AICC_BIND_ADDRESS", ADDRESS,
                "AICC_HEALTH_PORT", "0",
                "AICC_METRICS_PORT", "0",
                "AICC_ALLOWED_SOURCES", "127.0.0.0/8",
                "AICC_OUTPUTS",
                        "[{\"name\": \"r\", \"url\": \"%s\", \"clientId\": \"worker\", \"keyFile\": \"%s\"}]"
                                .formatted(receiver.url(), key),
                "AICC_OUTBOX_DIR", directory.resolve("outbox").toString()));
        return environment;
    }
}
