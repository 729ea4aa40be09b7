package io.aicc.worker.call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import io.aicc.crd.Codec;
import io.aicc.runtime.Tasks;
import io.aicc.wire.MicroTime;
import io.aicc.wire.control.CallAssignment;
import io.aicc.wire.control.EndOrder;
import io.aicc.wire.control.Told;
import io.aicc.wire.control.WorkerReport.CallSummary;
import io.aicc.wire.control.WorkerReport.Known;
import io.aicc.wire.control.WorkerReport.State;
import io.aicc.wire.event.Channel;
import io.aicc.wire.event.Event;
import io.aicc.wire.event.EventBody;
import io.aicc.worker.audio.AudioFrame;
import io.aicc.worker.call.WorkerParts.CallSettings;
import io.aicc.worker.control.CallDesk.RefusedException;
import io.aicc.worker.control.CallDesk.UnacceptableException;
import io.aicc.worker.publish.PublishSettings;
import io.aicc.worker.rtp.RtpReceiver;
import io.aicc.worker.rtp.RtpSettings;
import io.aicc.worker.rtp.SourceRule;
import io.aicc.worker.speech.SpeechEngine;
import io.aicc.worker.speech.SpeechException;
import io.aicc.worker.speech.SpeechListener;
import io.aicc.worker.speech.SpeechListener.Transcript;
import io.aicc.worker.speech.SpeechStream;
import io.aicc.worker.turn.TurnSettings;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real sockets and packets; the engine is one that measures instead of recognising. */
class LiveCallTest {
    private static final InetAddress HERE = InetAddress.getLoopbackAddress();

    @TempDir
    private Path outbox;

    private final MeasuringEngine engine = new MeasuringEngine();
    private final Tasks tasks = new Tasks(Duration.ofSeconds(2));
    private DatagramSocket pbx;
    private RtpReceiver receiver;
    private LiveCall call;

    @BeforeEach
    void warmUp() throws Exception {
        pbx = new DatagramSocket(new InetSocketAddress(HERE, 0));
        warmUp(outbox);
    }

    private void warmUp(Path directory) throws Exception {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        receiver = RtpReceiver.bind(new RtpSettings(HERE, 0, 0), tasks, registry, System::nanoTime);
        call = LiveCall.played(new WorkerParts(
                receiver,
                engine,
                new PublishSettings(List.of(), directory),
                new CallSettings("en-US", SourceRule.networks(), TurnSettings.DEFAULT, Duration.ofSeconds(5)),
                tasks,
                registry,
                InstantSource.system()));
    }

    @AfterEach
    void stop() throws Exception {
        call.close();
        tasks.close();
        pbx.close();
    }

    @Test
    void aCallIsHeardAndItsLastWordIsInTheSummary() throws Exception {
        call.assign(assignment("uid-1", "en-US"));
        assertThat(call.report().state()).isEqualTo(State.ASSIGNED);

        speak(60);
        await().until(() -> call.report().state() == State.ACTIVE);
        call.end(new EndOrder("uid-1", "CustomerHangup"));

        await().until(() -> call.report().state() == State.DONE);
        CallSummary summary = Objects.requireNonNull(call.report().summary());
        assertThat(summary.reason()).isEqualTo("CustomerHangup");
        assertThat(summary.transcripts()).as("hung up in the middle of a word").isEqualTo(1);
        assertThat(call.report().customer().received()).isEqualTo(60);
        int port = receiver.localPort(Channel.CUSTOMER);
        new DatagramSocket(new InetSocketAddress(HERE, port)).close(); // Free for somebody else.
    }

    @Test
    void aCallThatWasOverLongAgoIsAsLongAsItWasAndMissesNothingAfterItsEnd() throws Exception {
        Instant ready = Instant.now().minusSeconds(60);
        String over = MicroTime.format(ready.plusSeconds(30));
        call.assign(resumed(ready, over));
        call.end(new EndOrder("uid-1", "CustomerHangup", over));

        await().until(() -> call.report().state() == State.DONE);
        assertThat(Objects.requireNonNull(call.report().summary()).durationMs()).isEqualTo(30_000);
        try (Stream<Path> files = Files.walk(outbox)) {
            assertThat(files.filter(Files::isRegularFile)).anySatisfy(file -> assertThat(file)
                    .content()
                    .contains("\"reason\":\"worker_replaced\",\"start_ms\":10000,\"end_ms\":30000"));
        }
    }

    @Test
    void whatItKnowsOfItsCallIsInItsReports() throws Exception {
        Instant ready = Instant.now().minusSeconds(60);
        call.assign(resumed(ready, null));
        speak(10);
        await().until(() -> call.report().state() == State.ACTIVE);
        Known known = Objects.requireNonNull(call.report().known());
        assertThat(known.readyAt()).isEqualTo(MicroTime.format(ready));
        assertThat(MicroTime.parse(Objects.requireNonNull(known.heardAt()))).isAfter(ready.plusSeconds(59));

        call.assign(withSource("uid-1", "127.0.0.1:4000"));
        assertThat(call.report().known())
                .returns("127.0.0.1:4000", Known::customerSource)
                .returns(known.readyAt(), Known::readyAt);
    }

    @Test
    void theSameCallMayBeToldTwiceAndAnotherNever() throws Exception {
        assertThat(call.assign(assignment("uid-1", "en-US"))).isEqualTo(call.assign(assignment("uid-1", "en-US")));

        assertThatThrownBy(() -> call.assign(assignment("uid-2", "en-US")))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("worker serves session uid-1");
        assertThatThrownBy(() -> call.end(new EndOrder("uid-2", "Mistake"))).isInstanceOf(RefusedException.class);
        assertThat(call.report().state()).isEqualTo(State.ASSIGNED);
    }

    @Test
    void aCallThatNobodyCanServeLeavesTheWorkerFree() throws Exception {
        assertThatThrownBy(() -> call.assign(assignment("uid-1", "ko-KR"))).isInstanceOf(UnacceptableException.class);

        assertThat(call.report().state()).isEqualTo(State.IDLE);
        call.assign(assignment("uid-2", "en-US"));
        assertThat(call.report().sessionUid()).isEqualTo("uid-2");
        assertThat(engine.opened).as("as warm as before").hasValue(2);
    }

    @Test
    void aBadSourceInMidCallChangesNothing() throws Exception {
        call.assign(assignment("uid-1", "en-US"));

        assertThatThrownBy(() -> call.assign(withSource("uid-1", "10.0.0.1:0")))
                .isInstanceOf(UnacceptableException.class);

        speak(10);
        await().until(() -> call.report().customer().received() == 10);
    }

    @Test
    void languagesOfOneModelOpenItOnce() throws Exception {
        call.assign(assignment("uid-1", "en-GB"));

        assertThat(engine.opened).hasValue(2);
    }

    @Test
    void whatWasSaidBeforeAnybodyListenedIsAGapOnTheTimeline() throws Exception {
        Instant requested = Instant.now().minusSeconds(3);
        call.assign(takenOver(1, null, null, requested));
        speak(60);
        call.end(new EndOrder("uid-1", "CustomerHangup"));
        await().until(() -> call.report().state() == State.DONE);

        assertThat(gaps(outbox, 1)).hasSize(2).allSatisfy(gap -> {
            assertThat(gap.reason()).isEqualTo("not_ready");
            assertThat(gap.startMs()).isBetween(-60_000L, -3_000L);
            assertThat(gap.endMs()).isGreaterThan(-1_000);
        });
        assertThat(gaps(outbox, 1)).extracting(EventBody.Gap::channel).containsExactlyInAnyOrder(Channel.values());
    }

    @Test
    void anotherWorkersGapsBeginWhereTheOneBeforeHadTold() throws Exception {
        Instant ready = Instant.now().minusSeconds(60).truncatedTo(ChronoUnit.MILLIS);
        Told told = new Told(time(ready.plusSeconds(40)), time(ready.plusSeconds(55)));
        call.assign(takenOver(2, ready, told, ready.minusSeconds(1)));
        assertThat(call.report().told()).isEqualTo(told);
        speak(60);
        call.end(new EndOrder("uid-1", "CustomerHangup"));
        await().until(() -> call.report().state() == State.DONE);

        assertThat(gaps(outbox, 2))
                .extracting(EventBody.Gap::channel, EventBody.Gap::startMs)
                .containsExactlyInAnyOrder(tuple(Channel.CUSTOMER, 40_000L), tuple(Channel.AGENT, 55_000L));
        assertThat(gaps(outbox, 2)).allSatisfy(gap -> {
            assertThat(gap.reason()).isEqualTo("worker_replaced");
            assertThat(gap.endMs()).isGreaterThan(59_000); // A packet begins before it comes.
        });
    }

    @Test
    void aProcessKilledInTheMiddleOfAWordIsFollowedByAGapFromTheBeginningOfThatWord() throws Exception {
        Instant ready = Instant.now().minusSeconds(10).truncatedTo(ChronoUnit.MILLIS);
        engine.holdBack();
        call.assign(takenOver(1, ready, null, null));
        speak(60);
        await().until(() -> events(outbox, 1).anyMatch(EventBody.SpeechStarted.class::isInstance));
        long word = events(outbox, 1)
                .filter(EventBody.SpeechStarted.class::isInstance)
                .map(EventBody.SpeechStarted.class::cast)
                .findFirst()
                .orElseThrow()
                .startMs();
        await().until(() -> toldByNow().equals(time(ready.plusMillis(word))));
        Path left = Files.createDirectories(outbox.resolve("left"));
        Files.createDirectories(left.resolve("uid-1-1"));
        for (String file : List.of("events.jsonl", "sequence", "told")) { // what a killed process leaves behind
            Files.copy(
                    outbox.resolve("uid-1-1").resolve(file),
                    left.resolve("uid-1-1").resolve(file));
        }

        engine.release();
        call.close();
        warmUp(left);
        call.assign(takenOver(1, ready, null, null));
        speak(60);
        call.end(new EndOrder("uid-1", "CustomerHangup"));
        await().until(() -> call.report().state() == State.DONE);

        assertThat(gaps(left, 1))
                .extracting(EventBody.Gap::channel, EventBody.Gap::startMs)
                .containsExactlyInAnyOrder(tuple(Channel.CUSTOMER, word), tuple(Channel.AGENT, 0L));
        assertThat(word).as("not the beginning of the call").isGreaterThan(9_000);
    }

    @Test
    void aProcessThatWasStoppedInMidCallAndStartedInPlaceGoesOnWithTheCall() throws Exception {
        Instant ready = Instant.now().minusSeconds(10).truncatedTo(ChronoUnit.MILLIS);
        call.assign(takenOver(1, ready, null, null));
        speak(60);
        await().until(() -> call.report().state() == State.ACTIVE);
        call.close();
        warmUp(outbox);
        call.assign(takenOver(1, ready, null, null));
        speak(60);
        call.end(new EndOrder("uid-1", "CustomerHangup"));
        await().until(() -> call.report().state() == State.DONE);

        assertThat(events(outbox, 1).filter(EventBody.SessionEnded.class::isInstance))
                .extracting(end -> ((EventBody.SessionEnded) end).reason())
                .containsExactly("WorkerStopped", "CustomerHangup");
        assertThat(events(outbox, 1).filter(EventBody.TranscriptFinal.class::isInstance))
                .as("heard before and after")
                .hasSize(2);
        assertThat(gaps(outbox, 1)).extracting(EventBody.Gap::reason).contains("worker_replaced");
    }

    @Test
    void aDamagedFileOfWhatIsToldCostsNobodyTheCall() throws Exception {
        Path told = Files.createDirectories(outbox.resolve("uid-1-1")).resolve("told");
        Files.write(told, "what nobody wrote who counts".getBytes(StandardCharsets.US_ASCII));

        call.assign(assignment("uid-1", "en-US"));
        speak(60);

        await().until(() -> call.report().state() == State.ACTIVE);
    }

    @Test
    void aCallThatCannotBeBegunIsNotAcknowledgedAndLeavesTheWorkerFree() throws Exception {
        CallAssignment impossible = takenOver(1, Instant.parse("0001-01-01T00:00:00Z"), null, null);
        assertThatThrownBy(() -> call.assign(impossible)).isInstanceOf(UnacceptableException.class);
        assertThatThrownBy(() -> call.assign(impossible)).isInstanceOf(UnacceptableException.class);

        assertThat(call.report().state()).isEqualTo(State.IDLE);
        assertThat(events(outbox, 1)).as("told to receivers").isEmpty();
        assertThat(Thread.getAllStackTraces().keySet())
                .filteredOn(it -> it.isAlive() && it.getName().startsWith("publish"))
                .isEmpty();
        call.assign(assignment("uid-2", "en-US"));
        speak(60);
        await().until(() -> call.report().state() == State.ACTIVE);
    }

    private String toldByNow() {
        Told told = call.report().told();
        return told == null ? "" : told.customer();
    }

    private static String time(Instant at) {
        return MicroTime.format(at);
    }

    private Stream<EventBody> events(Path directory, int generation) throws IOException {
        return Files.readString(directory.resolve("uid-1-" + generation).resolve("events.jsonl"))
                .lines()
                .map(line -> {
                    try {
                        return Event.parse(line).orElseThrow().body();
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                });
    }

    private List<EventBody.Gap> gaps(Path directory, int generation) throws IOException {
        return events(directory, generation)
                .filter(EventBody.Gap.class::isInstance)
                .map(EventBody.Gap.class::cast)
                .toList();
    }

    private CallAssignment takenOver(
            int generation, @Nullable Instant ready, @Nullable Told told, @Nullable Instant requested) {
        String source = "127.0.0.1:" + pbx.getLocalPort();
        return new CallAssignment(
                "uid-1",
                "call-1",
                "pbx-1",
                null,
                null,
                "en-US",
                Codec.ULAW,
                source,
                source,
                List.of(),
                generation,
                ready == null ? null : time(ready),
                null,
                told,
                requested == null ? null : time(requested),
                null);
    }

    @Test
    void stoppingAWarmWorkerWaitsForNothing() throws Exception {
        call.close();

        assertThat(call.report().state()).isEqualTo(State.IDLE);
    }

    private CallAssignment assignment(String session, String language) {
        return new CallAssignment(
                session,
                "call-1",
                "pbx-1",
                "+1 555 0100",
                "7",
                language,
                Codec.ULAW,
                "127.0.0.1:" + pbx.getLocalPort(),
                "127.0.0.1:" + pbx.getLocalPort(),
                List.of(),
                1,
                null,
                null,
                null,
                null,
                null);
    }

    private CallAssignment resumed(Instant ready, @Nullable String endedAt) {
        CallAssignment first = assignment("uid-1", "en-US");
        return new CallAssignment(
                first.sessionUid(),
                first.sessionName(),
                first.callId(),
                first.customerNumber(),
                first.agentId(),
                first.language(),
                first.codec(),
                first.customerSource(),
                first.agentSource(),
                first.callEvents(),
                1,
                MicroTime.format(ready),
                MicroTime.format(ready.plusSeconds(10)),
                null,
                null,
                endedAt);
    }

    private CallAssignment withSource(String session, String source) {
        return new CallAssignment(
                session,
                "call-1",
                "pbx-1",
                null,
                null,
                "en-US",
                Codec.ULAW,
                source,
                source,
                List.of(),
                1,
                null,
                null,
                null,
                null,
                null);
    }

    /** A loud tone, 20 ms a packet, without pacing: nothing here depends on time. */
    private void speak(int packets) throws Exception {
        InetSocketAddress to = new InetSocketAddress(HERE, receiver.localPort(Channel.CUSTOMER));
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
            pbx.send(new DatagramPacket(packet.array(), packet.capacity(), to));
        }
    }

    /** Says how much it was given, in milliseconds; speaks English only. */
    private static final class MeasuringEngine implements SpeechEngine {
        private final AtomicInteger opened = new AtomicInteger();
        private volatile @Nullable Queue<Runnable> held;

        @Override
        public String name() {
            return "measuring";
        }

        @Override
        public String model() {
            return "clock";
        }

        @Override
        public boolean sameModel(String language, String other) {
            return language.startsWith("en") && other.startsWith("en");
        }

        @Override
        public SpeechStream open(Channel channel, String language, SpeechListener listener) throws SpeechException {
            if (!language.startsWith("en")) {
                throw new SpeechException("engine measuring speaks English only, got " + language);
            }
            opened.incrementAndGet();
            return new Stream(listener);
        }

        /** Has no results for a while. */
        void holdBack() {
            held = new ConcurrentLinkedQueue<>();
        }

        void release() {
            Queue<Runnable> results = held;
            held = null;
            if (results != null) {
                results.forEach(Runnable::run);
            }
        }

        @Override
        public void close() {}

        private final class Stream implements SpeechStream {
            private final SpeechListener listener;
            private @Nullable String utterance;
            private long ms;

            Stream(SpeechListener listener) {
                this.listener = listener;
            }

            @Override
            public void begin(String utteranceId, long startMs) {
                utterance = utteranceId;
            }

            @Override
            public void audio(AudioFrame frame) {
                ms += frame.endMs() - frame.startMs();
            }

            @Override
            public void end(long endMs) {
                String said = utterance;
                Queue<Runnable> later = held;
                if (said != null) {
                    Transcript transcript = new Transcript(ms + " milliseconds", List.of(), null);
                    Runnable result = () -> listener.finalResult(said, transcript);
                    if (later == null) {
                        result.run();
                    } else {
                        later.add(result);
                    }
                }
            }

            @Override
            public void close() {}
        }
    }
}
