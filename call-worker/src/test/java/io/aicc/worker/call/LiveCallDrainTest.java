package io.aicc.worker.call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.aicc.crd.Codec;
import io.aicc.wire.MicroTime;
import io.aicc.wire.control.EndOrder;
import io.aicc.wire.control.WorkerReport.CallSummary;
import io.aicc.wire.control.WorkerReport.State;
import io.aicc.wire.event.Channel;
import io.aicc.wire.event.EventBody;
import io.aicc.worker.control.CallDesk.RefusedException;
import io.aicc.worker.speech.EncodedAudio;
import io.aicc.worker.speech.SpeechListener.Transcript;
import io.aicc.worker.speech.TurnPool;
import io.aicc.worker.speech.TurnRecogniser;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** How a call ends: heard to its last word, as long as it was. */
class LiveCallDrainTest {
    @RegisterExtension
    final LiveCallRig rig = new LiveCallRig();

    @Test
    void aCallIsHeardAndItsLastWordIsInTheSummary() throws Exception {
        rig.call().assign(rig.assignment("uid-1", "en-US"));
        assertThat(rig.call().report().state()).isEqualTo(State.ASSIGNED);

        rig.speak(60);
        await().until(() -> rig.call().report().state() == State.ACTIVE);
        rig.call().end(new EndOrder("uid-1", "CustomerHangup"));

        await().until(() -> rig.call().report().state() == State.DONE);
        CallSummary summary = Objects.requireNonNull(rig.call().report().summary());
        assertThat(summary.reason()).isEqualTo("CustomerHangup");
        assertThat(summary.transcripts()).as("hung up in the middle of a word").isEqualTo(1);
        assertThat(rig.call().report().customer().received()).isEqualTo(60);
        int port = rig.receiver().localPort(Channel.CUSTOMER);
        new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
                .close(); // Free for somebody else.
    }

    @Test
    void aCallThatWasOverLongAgoIsAsLongAsItWasAndMissesNothingAfterItsEnd() throws Exception {
        Instant ready = Instant.now().minusSeconds(60);
        String over = MicroTime.format(ready.plusSeconds(30));
        rig.call().assign(rig.resumed(ready, over));
        rig.call().end(new EndOrder("uid-1", "CustomerHangup", over));

        await().until(() -> rig.call().report().state() == State.DONE);
        assertThat(Objects.requireNonNull(rig.call().report().summary()).durationMs())
                .isEqualTo(30_000);
        try (Stream<Path> files = Files.walk(rig.outbox())) {
            assertThat(files.filter(Files::isRegularFile)).anySatisfy(file -> assertThat(file)
                    .content()
                    .contains("\"reason\":\"worker_replaced\",\"start_ms\":10000,\"end_ms\":30000"));
        }
    }

    @Test
    void wordsThatDoNotComeInTimeAreGivenUpAndNobodyWaitsForThem() throws Exception {
        rig.call().close();
        rig.drain = Duration.ofMillis(300);
        rig.warmUp(rig.outbox());
        rig.engine.holdBack();
        rig.call().assign(rig.assignment("uid-1", "en-US"));
        rig.speak(60);
        await().until(() -> rig.call().report().state() == State.ACTIVE);

        rig.call().end(new EndOrder("uid-1", "CustomerHangup"));
        await().until(() -> rig.call().report().state() == State.DONE);

        assertThat(rig.engine.givenUp).as("both speakers' streams").hasValue(2);
        assertThat(rig.gaps(1)).extracting(EventBody.Gap::reason).contains("stt_failed");
        assertThat(rig.call().report().untranscribedMs())
                .isPositive()
                .isEqualTo(rig.gaps(1).stream()
                        .filter(gap -> gap.reason().equals("stt_failed"))
                        .mapToLong(gap -> gap.endMs() - gap.startMs())
                        .sum());
    }

    @Test
    void whoRecognisesIsCountedStreamsOrThreadsHoweverManyThereAreNow() {
        assertThat(rig.gauge("aicc_stt_workers")).isEqualTo(2);

        try (TurnPool pool = new TurnPool(new Stuck(), rig.tasks)) {
            rig.engine.threads = pool::size;
            assertThat(rig.gauge("aicc_stt_workers"))
                    .as("no thread yet: streams do the work")
                    .isEqualTo(2);
            for (int turns = 1; turns <= 30; turns++) {
                pool.submit(new EncodedAudio(Codec.ULAW, 8_000));
            }
            assertThat(rig.gauge("aicc_stt_workers")).isEqualTo(10);
        }
        assertThat(rig.gauge("aicc_stt_workers")).isEqualTo(2);
    }

    /** Recognises nothing until it is interrupted. */
    private static final class Stuck implements TurnRecogniser {
        @Override
        public Transcript recognise(EncodedAudio turn) throws InterruptedException {
            new CountDownLatch(1).await();
            throw new AssertionError("nobody counts down");
        }

        @Override
        public void close() {}
    }

    @Test
    void stoppingAWarmWorkerWaitsForNothing() throws Exception {
        rig.call().close();

        assertThat(rig.call().report().state()).isEqualTo(State.IDLE);
        assertThatExceptionOfType(RefusedException.class)
                .isThrownBy(() -> rig.call().assign(rig.assignment("uid-1", "en-US")));
    }
}
