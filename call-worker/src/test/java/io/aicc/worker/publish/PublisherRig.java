package io.aicc.worker.publish;

import io.aicc.runtime.Tasks;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Publishers and receivers of a test, with an outbox of their own and a clock that only the test moves. */
final class PublisherRig implements BeforeEachCallback, AfterEachCallback {
    static final SessionIdentity SESSION = new SessionIdentity("call-1", "uid-1", 1);
    static final byte[] KEY = "0123456789abcdef0123456789abcdef".getBytes(StandardCharsets.UTF_8);
    static final Duration LONG = Duration.ofSeconds(20);
    static final DeliveryTiming QUICK = new DeliveryTiming(
            Duration.ofMinutes(1),
            Duration.ofMillis(200),
            Duration.ofSeconds(2),
            Duration.ofSeconds(5),
            Duration.ofSeconds(15),
            Duration.ofSeconds(30),
            Duration.ofMillis(5),
            Duration.ofMillis(50),
            Duration.ofMillis(10));

    final Tasks tasks = new Tasks(Duration.ofSeconds(2));
    final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-01-31T12:00:00Z"));
    private final List<AutoCloseable> open = new ArrayList<>();
    private @Nullable Path directory;

    @Override
    public void beforeEach(ExtensionContext test) throws IOException {
        directory = Files.createTempDirectory("aicc-outbox-");
    }

    @Override
    public void afterEach(ExtensionContext test) throws Exception {
        for (AutoCloseable it : open.reversed()) {
            it.close();
        }
        try (Stream<Path> files = Files.walk(directory())) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    /** Of the outbox. */
    Path directory() {
        return Objects.requireNonNull(directory);
    }

    ScriptedReceiver receiver(ScriptedReceiver.Script script) {
        return receiver(script, null);
    }

    ScriptedReceiver receiver(ScriptedReceiver.Script script, @Nullable SslContext tls) {
        return added(new ScriptedReceiver(script, tls)).start();
    }

    <T extends AutoCloseable> T added(T part) {
        open.add(part);
        return part;
    }

    /** To receivers {@code r0}, {@code r1} and so on. */
    TranscriptPublisher publisher(ScriptedReceiver... receivers) {
        return publisher(QUICK, Outbox.Limits.DEFAULT, receivers);
    }

    TranscriptPublisher publisher(DeliveryTiming timing, Outbox.Limits limits, ScriptedReceiver... receivers) {
        List<Destination> destinations = IntStream.range(0, receivers.length)
                .mapToObj(it -> Destination.of("r" + it, receivers[it].url(), "worker", KEY))
                .toList();
        return publisher(
                SESSION,
                new PublishSettings(destinations, directory()),
                new TranscriptPublisher.Options(timing, limits));
    }

    TranscriptPublisher publisher(Destination destination, Network network) {
        return publisher(
                SESSION,
                new PublishSettings(List.of(destination), directory(), PublishSettings.TOKEN_LIFETIME, network),
                new TranscriptPublisher.Options(QUICK, Outbox.Limits.DEFAULT));
    }

    /** That of the call's {@code generation}th worker. */
    TranscriptPublisher publisher(int generation, Destination destination) {
        return publisher(
                new SessionIdentity(SESSION.callId(), SESSION.sessionId(), generation),
                new PublishSettings(List.of(destination), directory()),
                new TranscriptPublisher.Options(QUICK, Outbox.Limits.DEFAULT));
    }

    private TranscriptPublisher publisher(
            SessionIdentity session, PublishSettings settings, TranscriptPublisher.Options options) {
        return added(TranscriptPublisher.open(session, settings, options, tasks, registry, now::get));
    }

    static void publishCall(TranscriptPublisher publisher, int finals) {
        publisher.publish(Events.started());
        IntStream.rangeClosed(1, finals).forEach(it -> publisher.publish(Events.words(it)));
        publisher.publish(Events.ended());
    }

    double counted(String name) {
        return registry.get(name).counter().count();
    }
}
