package io.aicc.operator.control;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.aicc.testing.LogLines;
import io.aicc.wire.WireJson;
import io.aicc.wire.control.WorkerReport;
import io.aicc.wire.control.WorkerReport.State;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class ReportStreamTest {
    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
    private final AtomicInteger knocks = new AtomicInteger();

    /** Its process takes a second or two, and then it hears packets and does not know whose. */
    @Test
    void aWorkerThatMayBeStartingAnewIsLookedForFiveTimesASecond() throws IOException {
        try (ServerSocket away = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                WorkerChannels channels =
                        new WorkerChannels(ControlKey.generate(), 1, now::get, new SimpleMeterRegistry());
                WorkerChannel channel = open(channels, away)) {
            Thread.ofVirtual().start(() -> hangUpOnEverybody(away));

            await().atMost(5, SECONDS).until(() -> knocks.get() >= 12); // 2.2 s; 7.5 s when each pause doubles
            assertThat(channel.heard()).isFalse();
        }
    }

    @Test
    void oneThatHasBeenAwayForLongIsLookedForOnceASecond() throws IOException {
        try (ServerSocket away = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                WorkerChannels channels =
                        new WorkerChannels(ControlKey.generate(), 1, now::get, new SimpleMeterRegistry());
                WorkerChannel channel = open(channels, away)) {
            Thread.ofVirtual().start(() -> hangUpOnEverybody(away));
            await().until(() -> knocks.get() >= 5);
            now.set(Instant.EPOCH.plusSeconds(15));
            int before = knocks.get();
            long begun = System.nanoTime();

            await().until(() -> knocks.get() >= before + 4);
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThan(Duration.ofMillis(1_400));
            assertThat(channel.heard()).isFalse();
        }
    }

    @Test
    void oneThatBeginsWellAndThenTalksNonsenseEachTimeIsHeardOnceASecondAndToldOnce() throws IOException {
        try (LogLines lines = LogLines.of(ReportStream.class).open();
                ServerSocket broken = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                WorkerChannels channels =
                        new WorkerChannels(ControlKey.generate(), 1, now::get, new SimpleMeterRegistry());
                WorkerChannel channel = open(channels, broken)) {
            String begin = good();
            Thread.ofVirtual().start(() -> sayToEverybody(broken, begin + "nonsense\n"));
            await().until(() -> knocks.get() >= 5);
            now.set(Instant.EPOCH.plusSeconds(15));
            int before = knocks.get();
            long begun = System.nanoTime();

            await().until(() -> knocks.get() >= before + 4);
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThan(Duration.ofMillis(1_400));
            assertThat(channel.streams()).isGreaterThan(5);
            assertThat(lines.list()).singleElement().satisfies(line -> assertThat(line.getMessage())
                    .startsWith("worker report is not readable"));
        }
    }

    /** Its first report comes at once. */
    @Test
    void oneThatAnswersAndReportsNothingIsNotHeardEvenIfItReportedBefore() throws IOException {
        try (ServerSocket mute = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                WorkerChannels channels =
                        new WorkerChannels(ControlKey.generate(), 1, now::get, new SimpleMeterRegistry());
                WorkerChannel channel = open(channels, mute)) {
            try (Socket first = mute.accept()) {
                say(first, good());
                await().until(channel::heard);
            }
            try (Socket second = mute.accept()) {
                say(second, "");
                await().until(() -> channel.streams() == 2);
                await().during(200, MILLISECONDS).until(() -> !channel.heard());
                second.getOutputStream().write(good().getBytes(StandardCharsets.UTF_8));
                await().until(channel::heard);
            }
        }
    }

    private static String good() throws IOException {
        return WireJson.mapper().writeValueAsString(WorkerReport.blank(State.IDLE, null)) + "\n";
    }

    private static void say(Socket asker, String reports) throws IOException {
        var asked = asker.getInputStream().readNBytes(1);
        asker.getOutputStream()
                .write(("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + reports).getBytes(StandardCharsets.UTF_8));
    }

    private void sayToEverybody(ServerSocket server, String reports) {
        while (!server.isClosed()) {
            try (Socket one = server.accept()) {
                say(one, reports);
                one.getInputStream().transferTo(OutputStream.nullOutputStream()); // Until it hangs up.
                knocks.incrementAndGet();
            } catch (IOException e) {
                continue; // Or the test is over.
            }
        }
    }

    private static WorkerChannel open(WorkerChannels channels, ServerSocket at) {
        return channels.open(
                new WorkerChannel.WorkerAddress(at.getInetAddress().getHostAddress(), at.getLocalPort(), "pod-1"),
                Duration.ZERO,
                _ -> {});
    }

    private void hangUpOnEverybody(ServerSocket server) {
        while (!server.isClosed()) {
            try {
                server.accept().close();
                knocks.incrementAndGet();
            } catch (IOException e) {
                return; // The test is over.
            }
        }
    }
}
