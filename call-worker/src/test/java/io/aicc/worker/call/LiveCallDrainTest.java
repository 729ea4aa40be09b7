package io.aicc.worker.call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.aicc.wire.MicroTime;
import io.aicc.wire.control.EndOrder;
import io.aicc.wire.control.WorkerReport.CallSummary;
import io.aicc.wire.control.WorkerReport.State;
import io.aicc.wire.event.Channel;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Objects;
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
    void stoppingAWarmWorkerWaitsForNothing() throws Exception {
        rig.call().close();

        assertThat(rig.call().report().state()).isEqualTo(State.IDLE);
    }
}
