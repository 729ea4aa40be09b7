package io.aicc.bench.tokens;

import io.aicc.bench.Benchmark;
import io.aicc.bench.Options;
import io.aicc.bench.Report;
import io.aicc.demo.receiver.Transcript;
import io.aicc.demo.receiver.TranscriptReceiver;
import io.aicc.demo.receiver.Transcripts;
import io.aicc.runtime.Tasks;
import io.aicc.wire.event.Channel;
import io.aicc.wire.event.EventBody;
import io.aicc.worker.publish.Destination;
import io.aicc.worker.publish.Network;
import io.aicc.worker.publish.PublishSettings;
import io.aicc.worker.publish.SessionIdentity;
import io.aicc.worker.publish.TranscriptPublisher;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import javax.crypto.spec.SecretKeySpec;

/**
 * A call that lasts many times as long as its tokens, in real time. The receiver ends every connection whose token has expired, so
 * a renewal that came too late would show as a reconnect.
 */
public final class TokenBench implements Benchmark {
    private static final byte[] KEY = "a key of a benchmark, known to everybody".getBytes(StandardCharsets.UTF_8);
    private static final String SESSION = "tokens";
    private static final EventBody.Stt STT = new EventBody.Stt("none", "none", 0);

    @Override
    public String name() {
        return "tokens";
    }

    @Override
    public String summary() {
        return "words over a connection whose token is renewed again and again [--lifetime 20 s] [--seconds 300] [--rate 20 finals/s]";
    }

    @Override
    public Report run(Options options, Path directory) throws Exception {
        int lifetime = options.number("lifetime", 20, 10, 3600);
        int seconds = options.number("seconds", 300, 1, 86_400);
        int rate = options.number("rate", 20, 1, 1000);
        Report report = Report.of(name(), options.complete());
        Clock clock = Clock.systemUTC();
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        Path outbox = Files.createTempDirectory(directory.toAbsolutePath(), "outbox");
        try (TranscriptReceiver receiver =
                new TranscriptReceiver(0, new SecretKeySpec(KEY, "HmacSHA256"), new Transcripts(clock), clock)) {
            receiver.start();
            PublishSettings settings = new PublishSettings(
                    List.of(Destination.of("bench", receiver.transcriptsUrl(), "bench", KEY)),
                    outbox,
                    Duration.ofSeconds(lifetime),
                    Network.DIRECT);
            int finals = seconds * rate;
            try (TranscriptPublisher publisher = TranscriptPublisher.open(
                    new SessionIdentity(SESSION, SESSION, 1), settings, new Tasks(Duration.ZERO), registry, clock)) {
                publisher.publish(new EventBody.SessionStarted(null, null, "en-US", 1));
                for (int i = 0; i < finals; i++) {
                    publisher.publish(words(i));
                    Thread.sleep(1000 / rate);
                }
                publisher.publish(new EventBody.SessionEnded("BenchOver", seconds * 1000L, Map.of(), 0, 0));
                long undelivered = publisher.drain(Duration.ofSeconds(30));
                describe(report, receiver.transcripts().find(SESSION).orElseThrow(), undelivered, registry);
            }
        }
        return report;
    }

    private static EventBody words(int number) {
        return new EventBody.TranscriptFinal(
                Channel.CUSTOMER, "customer-" + number, 1, true, number, number, "word", "en-US", null, List.of(), STT);
    }

    private static void describe(Report report, Transcript got, long undelivered, SimpleMeterRegistry registry) {
        double late = registry.get("aicc_ws_reconnects").counter().count();
        report.row("one call")
                .with("finals_received", got.finals(Channel.CUSTOMER).size())
                .with("sent_again_unacknowledged", got.duplicates())
                .with("undelivered", undelivered)
                .with("connections_that_outlived_their_token", late);
        report.goal(
                "everything arrived, once", got.completeness().isProven() && undelivered == 0, "counts of both sides");
        report.goal("renewed in time, every time", late == 0, "%.0f reconnects", late);
    }
}
