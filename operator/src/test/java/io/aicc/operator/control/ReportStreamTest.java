package io.aicc.operator.control;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
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
