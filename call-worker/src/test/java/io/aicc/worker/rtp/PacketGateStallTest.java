package io.aicc.worker.rtp;

import static io.aicc.worker.rtp.GateRig.MS;
import static io.aicc.worker.rtp.GateRig.SSRC;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What waited in the kernel while nobody read it, the process stopped or without a processor. */
class PacketGateStallTest {
    private static final long STALL_MS = 15_000;

    private final GateRig rig = new GateRig();

    @Test
    void whatWaitedIsHeardAllAtOnce() {
        rig.startStream();
        stall(STALL_MS);
        for (int i = 3; i <= 752; i++) {
            assertThat(rig.send(i, SSRC)).as("packet " + i).isNull();
        }

        assertThat(rig.heard()).hasSize(752);
        assertThat(rig.stats.snapshot().lost()).isZero();
    }

    @Test
    void aFloodThatWaitedIsCutAsItWouldHaveBeen() {
        rig.startStream();
        stall(STALL_MS);
        flood(3, 10_000);
        rig.gate.caughtUp();
        flood(10_003, 10_000);

        assertThat(rig.stats.received()).isBetween(300L, 302 + STALL_MS / 10);
    }

    @Test
    void whatDidNotWaitIsNotHeardInItsStead() {
        rig.startStream();
        stall(STALL_MS);
        rig.send(3, SSRC);
        rig.gate.caughtUp();
        flood(4, 10_000);

        assertThat(rig.stats.received()).isBetween(300L, 304L);
    }

    @Test
    void whatAFloodTakesFromAStreamIsNotToldAsLostOnTheWay() {
        rig.startStream();
        flood(3, 400);
        rig.heard();
        rig.now += 1000 * MS;
        send(403, 407);

        assertThat(Objects.requireNonNull(rig.ring.peek()).overloadBefore).isTrue();
    }

    @Test
    void whatTheKernelHadNoRoomForIsOverload() {
        rig.startStream();
        stall(STALL_MS);
        send(3, 512);
        rig.gate.caughtUp();
        rig.heard();
        rig.now += 20 * MS;
        send(753, 757);

        assertThat(Objects.requireNonNull(rig.ring.peek()).overloadBefore).isTrue();
        assertThat(rig.heard()).hasSize(5).startsWith(753 & 0xFF);
        assertThat(rig.stats.snapshot().lost()).isZero();
        assertThat(rig.stats.rejected(RejectReason.OVERLOAD)).isEqualTo(240);
    }

    @Test
    void whatWasLostOnTheWayDuringAStallIsNot() {
        rig.startStream();
        stall(STALL_MS);
        send(3, 300);
        rig.heard();
        send(350, 752);
        assertThat(Objects.requireNonNull(rig.ring.peek()).overloadBefore).isFalse();
        rig.heard();
        rig.now += 20 * MS;
        send(753, 760);
        send(780, 780);
        send(800, 800);
        tick();

        assertThat(rig.stats.snapshot().lost()).isEqualTo(49 + 19 + 19);
        assertThat(rig.stats.rejected(RejectReason.OVERLOAD)).isZero();
    }

    @Test
    void whatTheKernelHadNoRoomForIsNotTakenOffTheLostWhenItComesAfterAll() {
        rig.startStream();
        stall(1_000);
        send(3, 44);
        rig.gate.caughtUp();
        rig.now += 20 * MS;
        send(49, 54);
        for (int i = 45; i <= 48; i++) {
            assertThat(rig.send(i, SSRC)).isEqualTo(RejectReason.LATE);
        }

        assertThat(rig.stats.snapshot().lost()).isZero();
        assertThat(rig.stats.rejected(RejectReason.OVERLOAD)).isEqualTo(4);
    }

    /** So long that sequence numbers look like those of another sequence. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aStreamThatBeginsAnewAfterAStallWasCutOffByIt(boolean stalled) {
        rig.startStream();
        rig.now += 70_000 * MS;
        if (stalled) {
            rig.gate.unread(70_000 * MS, rig.now);
        }
        rig.heard();
        rig.send(3503, SSRC);
        rig.send(3504, SSRC);

        MediaPacket first = Objects.requireNonNull(rig.ring.peek());
        assertThat(first.restart).isTrue();
        assertThat(first.overloadBefore).isEqualTo(stalled);
    }

    private void stall(long ms) {
        rig.now += ms * MS;
        rig.gate.unread(ms * MS, rig.now);
    }

    private void send(int first, int last) {
        for (int i = first; i <= last; i++) {
            assertThat(rig.send(i, SSRC)).isNull();
        }
    }

    private void flood(int first, int packets) {
        for (int i = first; i < first + packets; i++) {
            rig.send(i & 0xFFFF, SSRC);
            rig.heard();
        }
    }

    private void tick() {
        rig.now += 100 * MS;
        rig.gate.tick(rig.now);
    }
}
