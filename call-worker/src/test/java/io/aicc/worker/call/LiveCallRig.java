package io.aicc.worker.call;

import io.aicc.crd.Codec;
import io.aicc.runtime.Tasks;
import io.aicc.wire.MicroTime;
import io.aicc.wire.control.CallAssignment;
import io.aicc.wire.control.CoveredUntil;
import io.aicc.wire.event.Channel;
import io.aicc.wire.event.Event;
import io.aicc.wire.event.EventBody;
import io.aicc.worker.call.WorkerParts.CallSettings;
import io.aicc.worker.publish.PublishSettings;
import io.aicc.worker.rtp.RtpReceiver;
import io.aicc.worker.rtp.RtpSettings;
import io.aicc.worker.rtp.SourceRule;
import io.aicc.worker.turn.TurnSettings;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A worker within a test: real sockets and packets; the engine is one that measures instead of recognising. */
final class LiveCallRig implements BeforeEachCallback, AfterEachCallback {
    private static final InetAddress HERE = InetAddress.getLoopbackAddress();

    final MeasuringEngine engine = new MeasuringEngine();
    final Tasks tasks = new Tasks(Duration.ofSeconds(2));
    Duration drain = Duration.ofSeconds(5);
    private SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private @Nullable Path root;
    private @Nullable Path outbox;
    private @Nullable DatagramSocket pbx;
    private @Nullable RtpReceiver receiver;
    private @Nullable LiveCall call;

    @Override
    public void beforeEach(ExtensionContext test) throws Exception {
        Path made = Files.createTempDirectory("aicc-outbox-");
        root = made;
        pbx = new DatagramSocket(new InetSocketAddress(HERE, 0));
        warmUp(made);
    }

    @Override
    public void afterEach(ExtensionContext test) throws Exception {
        call().close();
        tasks.close();
        pbx().close();
        try (Stream<Path> files = Files.walk(Objects.requireNonNull(root))) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    /**
     * From now on it is another process; the one before has been closed.
     *
     * @param directory of its outbox
     */
    void warmUp(Path directory) throws Exception {
        outbox = directory;
        registry = new SimpleMeterRegistry();
        RtpReceiver bound = RtpReceiver.bind(new RtpSettings(HERE, 0, 0), tasks, registry, System::nanoTime);
        receiver = bound;
        call = LiveCall.played(new WorkerParts(
                bound,
                engine,
                new PublishSettings(List.of(), directory),
                new CallSettings("en-US", SourceRule.networks(), TurnSettings.DEFAULT, drain),
                tasks,
                registry,
                InstantSource.system()));
    }

    LiveCall call() {
        return Objects.requireNonNull(call);
    }

    RtpReceiver receiver() {
        return Objects.requireNonNull(receiver);
    }

    /** Of the process that there is. */
    double gauge(String name) {
        return registry.get(name).gauge().value();
    }

    /** Of the process that there is. */
    Path outbox() {
        return Objects.requireNonNull(outbox);
    }

    private DatagramSocket pbx() {
        return Objects.requireNonNull(pbx);
    }

    /** Nothing is known of the call but who speaks it. */
    CallAssignment assignment(String session, String language) {
        return assignment(session, language, source(), 1, null, null, null, null, null);
    }

    CallAssignment withSource(String session, String source) {
        return assignment(session, "en-US", source, 1, null, null, null, null, null);
    }

    /** Whose worker was last heard ten seconds after the beginning. */
    CallAssignment resumed(Instant ready, @Nullable String endedAt) {
        return assignment("uid-1", "en-US", source(), 1, ready, ready.plusSeconds(10), null, null, endedAt);
    }

    CallAssignment takenOver(
            int generation, @Nullable Instant ready, @Nullable CoveredUntil covered, @Nullable Instant requested) {
        return assignment("uid-1", "en-US", source(), generation, ready, null, covered, requested, null);
    }

    private String source() {
        return "127.0.0.1:" + pbx().getLocalPort();
    }

    private static CallAssignment assignment(
            String session,
            String language,
            String source,
            int generation,
            @Nullable Instant ready,
            @Nullable Instant lastHeard,
            @Nullable CoveredUntil covered,
            @Nullable Instant requested,
            @Nullable String endedAt) {
        return new CallAssignment(
                session,
                "call-1",
                "pbx-1",
                "+1 555 0100",
                "7",
                language,
                Codec.ULAW,
                source,
                source,
                List.of(),
                generation,
                time(ready),
                time(lastHeard),
                covered,
                time(requested),
                endedAt);
    }

    private static @Nullable String time(@Nullable Instant at) {
        return at == null ? null : MicroTime.format(at);
    }

    /** A loud tone, 20 ms a packet, without pacing: nothing here depends on time. */
    void speak(int packets) throws Exception {
        InetSocketAddress to = new InetSocketAddress(HERE, receiver().localPort(Channel.CUSTOMER));
        for (int i = 0; i < packets; i++) {
            ByteBuffer packet = ByteBuffer.allocate(172);
            packet.put((byte) 0x80)
                    .put((byte) 0)
                    .putShort((short) i)
                    .putInt(160 * i)
                    .putInt(42);
            while (packet.hasRemaining()) {
                packet.put((byte) (packet.position() % 8 < 4 ? 0x10 : 0x90));
            }
            pbx().send(new DatagramPacket(packet.array(), packet.capacity(), to));
        }
    }

    /** What is in the outbox of a generation of the call. */
    Stream<EventBody> events(int generation) throws IOException {
        return Files.readString(outbox().resolve("uid-1-" + generation).resolve("events.jsonl"))
                .lines()
                .map(line -> {
                    try {
                        return Event.parse(line).orElseThrow().body();
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                });
    }

    List<EventBody.Gap> gaps(int generation) throws IOException {
        return events(generation)
                .filter(EventBody.Gap.class::isInstance)
                .map(EventBody.Gap.class::cast)
                .toList();
    }

    /** Up to when the customer's part is covered, in its reports. */
    String coveredByNow() {
        CoveredUntil covered = call().report().coveredUntil();
        return covered == null ? "" : covered.customer();
    }
}
