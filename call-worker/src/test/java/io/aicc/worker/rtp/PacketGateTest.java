package io.aicc.worker.rtp;

import static io.aicc.worker.rtp.GateRig.CAPACITY;
import static io.aicc.worker.rtp.GateRig.MS;
import static io.aicc.worker.rtp.GateRig.OTHER_SSRC;
import static io.aicc.worker.rtp.GateRig.PBX;
import static io.aicc.worker.rtp.GateRig.SSRC;
import static io.aicc.worker.rtp.GateRig.STRANGER;
import static org.assertj.core.api.Assertions.assertThat;

import io.aicc.crd.Codec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PacketGateTest {
    private final GateRig rig = new GateRig();

    @Test
    void hearsAStreamFromItsFirstPacketOnceTheSecondProvedIt() {
        assertThat(rig.send(100, SSRC)).isNull();
        assertThat(rig.heard()).isEmpty();

        assertThat(rig.send(101, SSRC)).isNull();
        assertThat(rig.heard()).containsExactly(100, 101);
        assertThat(rig.stats.received()).isEqualTo(2);
    }

    @Test
    void aLonePacketIsNotAStream() {
        rig.send(100, SSRC);
        rig.send(7, OTHER_SSRC);
        rig.gate.close();

        assertThat(rig.heard()).isEmpty();
        assertThat(rig.stats.rejected(RejectReason.PROBATION)).isEqualTo(2);
    }

    @Test
    void refusesOtherPayloadTypesAndSizes() {
        assertThat(rig.send(Packets.packet(8, 1, 0, SSRC, new byte[160]))).isEqualTo(RejectReason.PAYLOAD_TYPE);
        assertThat(rig.send(Packets.packet(101, 1, 0, SSRC, new byte[160]))).isEqualTo(RejectReason.PAYLOAD_TYPE);
        assertThat(rig.send(Packets.packet(11, 1, 0, SSRC, new byte[320]))).isEqualTo(RejectReason.PAYLOAD_TYPE);
        assertThat(rig.send(Packets.packet(0, 1, 0, SSRC, new byte[0]))).isEqualTo(RejectReason.PAYLOAD_SIZE);
        assertThat(rig.send(Packets.packet(0, 1, 0, SSRC, new byte[481]))).isEqualTo(RejectReason.PAYLOAD_SIZE);
        assertThat(rig.send(Packets.packet(0, 1, 0, SSRC, new byte[2036]))).isEqualTo(RejectReason.TOO_LONG);
    }

    @ParameterizedTest
    @CsvSource({"ULAW, 0, 160, 480", "ALAW, 8, 160, 480", "L16_8K, 11, 320, 960", "L16_16K, 118, 640, 1920"})
    void everyCodecHasItsPayloadTypeAndUpToSixtyMilliseconds(Codec codec, int payloadType, int usual, int longest) {
        StreamFormat expected = StreamFormat.of(codec);

        assertThat(expected.payloadType()).isEqualTo(payloadType);
        assertThat(expected.isPlausiblePayload(usual)).isTrue();
        assertThat(expected.isPlausiblePayload(longest)).isTrue();
        assertThat(expected.isPlausiblePayload(longest + 2)).isFalse();
    }

    @Test
    void refusesHalfASampleOfLinearAudio() {
        assertThat(StreamFormat.of(Codec.L16_8K).isPlausiblePayload(319)).isFalse();
        assertThat(StreamFormat.of(Codec.L16_16K).isPlausiblePayload(641)).isFalse();
    }

    @Test
    void keysThatArePressedTakeTheirPlaceAndAreNotHeard() {
        rig.startStream();
        for (int i = 3; i < 8; i++) {
            // event 5, end bit in the last; volume 10; duration rises
            byte[] key = {5, (byte) (i == 7 ? 0x8A : 0x0A), 0, (byte) (i * 20)};
            assertThat(rig.send(Packets.packet(101, i, 3 * 160, SSRC, key))).isNull();
        }
        rig.send(8, SSRC);

        MediaPacket afterTheKey = rig.ring.peek();
        assertThat(rig.heard()).containsExactly(1, 2, 8);
        assertThat(Objects.requireNonNull(afterTheKey).lostBefore).isZero();
        assertThat(rig.stats.rejected(RejectReason.DTMF)).isEqualTo(5);
        assertThat(rig.stats.snapshot().lost()).isZero();
    }

    @Test
    void comfortNoiseTakesItsPlaceAndIsNotHeard() {
        rig.startStream();
        assertThat(rig.send(Packets.packet(13, 3, 3 * 160, SSRC, new byte[] {64, 3})))
                .isNull();
        assertThat(rig.send(Packets.packet(13, 5, 5 * 160, SSRC, new byte[0]))).isNull();
        rig.send(4, SSRC);
        rig.send(6, SSRC);

        assertThat(rig.heard()).containsExactly(1, 2, 4, 6);
        assertThat(rig.stats.rejected(RejectReason.COMFORT_NOISE)).isEqualTo(2);
        assertThat(rig.stats.snapshot().lost()).isZero();
    }

    @Test
    void howLongNothingCameIsToldWhereSomethingUnheardCameBetween() {
        rig.startStream();
        rig.now = 1_000 * MS;
        rig.send(Packets.packet(13, 3, 3 * 160, SSRC, new byte[] {64}));
        rig.now = 4_000 * MS;
        rig.send(Packets.packet(13, 4, 4 * 160, SSRC, new byte[] {64}));
        rig.now = 5_000 * MS;
        rig.send(5, SSRC);
        rig.send(6, SSRC);

        List<Long> silences = new ArrayList<>();
        for (MediaPacket packet = rig.ring.peek(); packet != null; packet = rig.ring.peek()) {
            silences.add(packet.silenceNanos);
            rig.ring.release();
        }
        assertThat(silences).containsExactly(Long.MAX_VALUE, Long.MAX_VALUE, 3_000 * MS, Long.MAX_VALUE);
        assertThat(rig.ring.signNanos()).isEqualTo(4_000 * MS);
    }

    @Test
    void whatWasLostBeforeAKeyIsLostBeforeTheAudioThatFollows() {
        rig.startStream();
        rig.send(Packets.packet(101, 5, 5 * 160, SSRC, new byte[] {1, 10, 0, 20}));
        for (int i = 6; i < 9; i++) {
            rig.send(i, SSRC);
        }
        rig.gate.tick(rig.now + 100 * MS);

        rig.ring.release();
        rig.ring.release();
        assertThat(Objects.requireNonNull(rig.ring.peek()).lostBefore).isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource({
        "101, 11 8A 00 A0, an event that is no key",
        "101, 05 8A 00, too short",
        "95, 05 8A 00 A0, no dynamic type"
    })
    void onlyKeysAreTakenForKeys(int payloadType, String payload, String why) {
        byte[] bytes = Packets.packet(payloadType, 1, 0, SSRC, Packets.hex(payload));

        assertThat(rig.send(bytes)).as(why).isEqualTo(RejectReason.PAYLOAD_TYPE);
    }

    @Test
    void aJumpOfTheSequenceIsFollowedOnlyWhenItGoesOn() {
        rig.startStream();

        assertThat(rig.send(9000, SSRC)).isNull();
        assertThat(rig.send(3, SSRC)).isNull();
        assertThat(rig.heard()).containsExactly(1, 2, 3);

        rig.send(20_000, SSRC);
        rig.send(20_001, SSRC);
        assertThat(rig.heard()).containsExactly(20_000 & 0xFF, 20_001 & 0xFF);
        assertThat(rig.stats.rejected(RejectReason.PROBATION)).isEqualTo(1);
        assertThat(rig.stats.snapshot().lost()).isZero();
    }

    /** Whoever knows address and source, and sends what makes the most of it. */
    @Test
    void jumpsOfTheSequenceMakeNoLossesThatCannotHaveBeen() {
        int seconds = 60;
        rig.startStream();
        for (int i = 3; i <= 50 * seconds; i++) {
            rig.now += 20 * MS;
            rig.send(i, SSRC);
            rig.send(i + 2_900, SSRC);
            rig.heard();
        }

        assertThat(rig.stats.snapshot().lost()).isLessThan(3_000 + 100 * seconds);
        assertThat(rig.stats.received()).isGreaterThanOrEqualTo(50 * seconds);
    }

    @Test
    void whatIsMissingForAMinuteIsLost() {
        rig.startStream();
        rig.now += 59_000 * MS;
        for (int i = 2_953; i < 2_963; i++) {
            assertThat(rig.send(i, SSRC)).isNull();
        }

        assertThat(rig.stats.snapshot().lost()).isEqualTo(2_950);
    }

    @Test
    void sequenceNumbersWrapAround() {
        for (int i = 65_530; i < 65_545; i++) {
            rig.send(i & 0xFFFF, SSRC);
        }

        assertThat(rig.heard()).hasSize(15);
        assertThat(rig.stats.snapshot().lost()).isZero();
    }

    @Test
    void aFloodFromTheRightAddressIsCut() {
        for (int i = 1; i <= 10_000; i++) {
            rig.now += MS / 10; // 10,000 a second
            rig.send(i & 0xFFFF, SSRC);
        }

        rig.gate.close();
        assertThat(rig.stats.received()).isBetween(300L, 410L); // 300 at once, then 100 a second at most
        assertThat(rig.stats.rejected(RejectReason.RATE)).isGreaterThan(9_500);
    }

    @Test
    void whatAStalledNetworkDeliversAtOnceIsHeard() {
        int sequenceNumber = 1;
        for (int second = 0; second < 20; second++) {
            rig.now += 1000 * MS;
            for (int i = 0; i < 50; i++) {
                assertThat(rig.send(sequenceNumber++, SSRC)).isNull();
            }
            rig.heard();
        }

        assertThat(rig.stats.received()).isEqualTo(1000);
    }

    @Test
    void aFullRingDropsAndSaysSo() {
        rig.gate(new SourceRule.Exact(PBX), 1_000_000);
        for (int i = 1; i <= CAPACITY + 10; i++) {
            rig.send(i, SSRC);
        }
        assertThat(rig.stats.rejected(RejectReason.OVERLOAD)).isEqualTo(10);
        rig.heard();

        rig.send(CAPACITY + 11, SSRC);

        MediaPacket next = Objects.requireNonNull(rig.ring.peek());
        assertThat(next.overloadBefore).isTrue();
        assertThat(next.lostBefore).isEqualTo(10);
    }

    @Test
    void closingPassesOnWhatIsHeld() {
        rig.startStream();
        rig.send(4, SSRC);
        assertThat(rig.heard()).containsExactly(1, 2);

        rig.gate.close();

        assertThat(rig.heard()).containsExactly(4);
        assertThat(rig.ring.isFinished()).isTrue();
    }

    @Property(tries = 300)
    void anyBytesAreHeardOrCounted(@ForAll @Size(max = 100) byte[][] datagrams) {
        StreamStats counted = new StreamStats();
        PacketRing fresh = new PacketRing(rig.format.maxPayloadBytes(), CAPACITY);
        PacketGate any =
                new PacketGate(rig.format, new SourceRule.Exact(PBX), rig.formerSources, counted, fresh, 1_000_000, 0);

        for (byte[] datagram : datagrams) {
            any.accept(datagram, 0, datagram.length, datagram.length % 2 == 0 ? PBX : STRANGER, rig.now);
        }
        any.close();

        long rejected = Arrays.stream(RejectReason.values())
                .mapToLong(counted::rejected)
                .sum();
        assertThat(counted.received() + rejected).isEqualTo(datagrams.length);
    }
}
