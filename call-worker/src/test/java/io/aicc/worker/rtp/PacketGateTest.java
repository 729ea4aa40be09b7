package io.aicc.worker.rtp;

import static org.assertj.core.api.Assertions.assertThat;

import io.aicc.crd.Codec;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PacketGateTest {
    private static final long MS = 1_000_000;
    private static final int CAPACITY = 512;
    private static final int SSRC = 0x1111;
    private static final int OTHER_SSRC = 0x2222;
    private static final InetSocketAddress PBX = new InetSocketAddress("10.0.0.7", 14_002);
    private static final InetSocketAddress STRANGER = new InetSocketAddress("10.0.0.8", 14_002);

    private final StreamFormat format = StreamFormat.of(Codec.ULAW);
    private final StreamStats stats = new StreamStats();
    private final FormerSources formerSources = new FormerSources();
    private final PacketRing ring = new PacketRing(format.maxPayloadBytes(), CAPACITY);
    private PacketGate gate = gate(new SourceRule.Exact(PBX), RtpSettings.Limits.OF_A_CALL.packetsPerSecond());
    private long now;

    @Test
    void hearsAStreamFromItsFirstPacketOnceTheSecondProvedIt() {
        assertThat(send(100, SSRC)).isNull();
        assertThat(heard()).isEmpty();

        assertThat(send(101, SSRC)).isNull();
        assertThat(heard()).containsExactly(100, 101);
        assertThat(stats.received()).isEqualTo(2);
    }

    @Test
    void aLonePacketIsNotAStream() {
        send(100, SSRC);
        send(7, OTHER_SSRC);
        gate.close();

        assertThat(heard()).isEmpty();
        assertThat(stats.rejected(RejectReason.PROBATION)).isEqualTo(2);
    }

    @Test
    void refusesEveryOtherAddressThanTheExactOne() {
        startStream();

        assertThat(sendFrom(STRANGER, 3, SSRC)).isEqualTo(RejectReason.SOURCE);
        assertThat(sendFrom(new InetSocketAddress("10.0.0.7", 14_003), 3, SSRC)).isEqualTo(RejectReason.SOURCE);
        assertThat(heard()).containsExactly(1, 2);
    }

    @Test
    void keepsToTheFirstAddressOfANetworkThatSendsAStream() {
        gate = gate(SourceRule.networks("10.0.0.0/8"), 100);

        assertThat(sendFrom(STRANGER, 50, OTHER_SSRC)).isNull(); // alone, it proves nothing
        startStream();

        assertThat(sendFrom(STRANGER, 51, OTHER_SSRC)).isEqualTo(RejectReason.SOURCE);
        assertThat(sendFrom(new InetSocketAddress("192.168.1.1", 9), 3, SSRC)).isEqualTo(RejectReason.SOURCE);
        assertThat(heard()).containsExactly(1, 2);
    }

    @Test
    void whoSentBeforeTheCallIsNotLearntFromANetworkWhileTheyGoOn() {
        formerSources.add(STRANGER, now);
        gate = gate(SourceRule.networks("10.0.0.0/8"), 100);
        for (int i = 1; i < 500; i++) {
            now += 20 * MS;
            assertThat(sendFrom(STRANGER, i, OTHER_SSRC)).isEqualTo(RejectReason.FORMER_SOURCE);
        }

        startStream();

        assertThat(heard()).containsExactly(1, 2);
        assertThat(sendFrom(STRANGER, 500, OTHER_SSRC)).isEqualTo(RejectReason.SOURCE);
    }

    @Test
    void whoSentBeforeTheCallIsHeardWhenTheyAreNamedOrHavePaused() {
        formerSources.add(PBX, now);
        startStream();
        assertThat(heard()).containsExactly(1, 2);

        formerSources.add(STRANGER, now);
        gate = gate(SourceRule.networks("10.0.0.0/8"), 100);
        now += FormerSources.FORGOTTEN_AFTER_SECONDS * 1000 * MS;
        sendFrom(STRANGER, 7, OTHER_SSRC);
        sendFrom(STRANGER, 8, OTHER_SSRC);
        assertThat(heard()).containsExactly(7, 8);
    }

    @Test
    void onlyTheLastWhoSentBeforeTheCallAreRemembered() {
        formerSources.add(PBX, now);
        for (int port = 1; port <= FormerSources.MOST; port++) {
            formerSources.add(new InetSocketAddress("10.0.0.9", port), now);
        }

        assertThat(formerSources.goesOn(PBX, now)).isFalse();
        assertThat(formerSources.goesOn(new InetSocketAddress("10.0.0.9", 1), now))
                .isTrue();
    }

    @Test
    void twoAddressesOfANetworkDoNotProveEachOther() {
        gate = gate(SourceRule.networks("10.0.0.0/8"), 100);

        sendFrom(STRANGER, 1, SSRC);
        sendFrom(PBX, 2, SSRC);

        assertThat(heard()).isEmpty();
    }

    @Test
    void hearsNobodyWithoutANetwork() {
        gate = gate(SourceRule.networks(), 100);

        startStream();
        gate.close();

        assertThat(heard()).isEmpty();
        assertThat(stats.rejected(RejectReason.SOURCE)).isEqualTo(2);
    }

    @Test
    void whoIsNamedLateIsHeardFromTheFirstPacket() {
        gate = gate(SourceRule.networks(), 100);
        for (int i = 1; i <= 20; i++) {
            now += 20 * MS;
            sendFrom(STRANGER, 100 + i, OTHER_SSRC);
            assertThat(send(i, SSRC)).as("may turn out to be the speaker's").isNull();
        }
        gate.retap(new SourceRule.Exact(PBX));
        send(21, SSRC);
        gate.close();

        assertThat(heard())
                .containsExactlyElementsOf(IntStream.rangeClosed(1, 21).boxed().toList());
        assertThat(stats.received()).isEqualTo(21);
        assertThat(stats.rejected(RejectReason.SOURCE)).isEqualTo(20);
    }

    @Test
    void whoIsNamedLateIsHeardAtTheTimeWhenTheySpoke() {
        gate = gate(SourceRule.networks(), 100);
        startStream();
        long spoken = now;
        now += 900 * MS;
        gate.retap(new SourceRule.Exact(PBX));

        assertThat(Objects.requireNonNull(ring.peek()).arrivalNanos).isEqualTo(spoken);
    }

    @Test
    void aHostThatSendsFromManyPortsPushesNobodyOut() {
        gate = gate(SourceRule.networks(), 100);
        for (int port = 1; port <= 1_000; port++) {
            sendFrom(new InetSocketAddress("10.0.0.8", port), port, OTHER_SSRC);
            if (port % 100 == 0) {
                send(port / 100, SSRC);
            }
        }
        gate.retap(new SourceRule.Exact(PBX));

        assertThat(heard()).containsExactly(1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
    }

    @Test
    void onlyTheLastSecondsOfWhoIsNamedVeryLateAreHeard() {
        gate = gate(SourceRule.networks(), 100);
        for (int i = 1; i <= WaitingRoom.PACKETS + 10; i++) {
            send(i, SSRC);
        }
        gate.retap(new SourceRule.Exact(PBX));

        assertThat(heard()).hasSize(WaitingRoom.PACKETS).startsWith(11);
        assertThat(stats.rejected(RejectReason.SOURCE)).isEqualTo(10);
    }

    @Test
    void whoFallsSilentWaitsNoLonger() {
        gate = gate(SourceRule.networks(), 100);
        startStream();
        now += 1000 * MS * WaitingRoom.FORGOTTEN_AFTER_SECONDS + MS;
        gate.tick(now);

        assertThat(stats.rejected(RejectReason.SOURCE)).isEqualTo(2);
        gate.retap(new SourceRule.Exact(PBX));
        assertThat(heard()).isEmpty();
    }

    @Test
    void refusesOtherPayloadTypesAndSizes() {
        assertThat(send(Packets.packet(8, 1, 0, SSRC, new byte[160]))).isEqualTo(RejectReason.PAYLOAD_TYPE);
        assertThat(send(Packets.packet(101, 1, 0, SSRC, new byte[160]))).isEqualTo(RejectReason.PAYLOAD_TYPE);
        assertThat(send(Packets.packet(11, 1, 0, SSRC, new byte[320]))).isEqualTo(RejectReason.PAYLOAD_TYPE);
        assertThat(send(Packets.packet(0, 1, 0, SSRC, new byte[0]))).isEqualTo(RejectReason.PAYLOAD_SIZE);
        assertThat(send(Packets.packet(0, 1, 0, SSRC, new byte[481]))).isEqualTo(RejectReason.PAYLOAD_SIZE);
        assertThat(send(Packets.packet(0, 1, 0, SSRC, new byte[2036]))).isEqualTo(RejectReason.TOO_LONG);
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
        startStream();
        for (int i = 3; i < 8; i++) {
            // event 5, end bit in the last; volume 10; duration rises
            byte[] key = {5, (byte) (i == 7 ? 0x8A : 0x0A), 0, (byte) (i * 20)};
            assertThat(send(Packets.packet(101, i, 3 * 160, SSRC, key))).isNull();
        }
        send(8, SSRC);

        MediaPacket afterTheKey = ring.peek();
        assertThat(heard()).containsExactly(1, 2, 8);
        assertThat(Objects.requireNonNull(afterTheKey).lostBefore).isZero();
        assertThat(stats.rejected(RejectReason.DTMF)).isEqualTo(5);
        assertThat(stats.snapshot().lost()).isZero();
    }

    @Test
    void comfortNoiseTakesItsPlaceAndIsNotHeard() {
        startStream();
        assertThat(send(Packets.packet(13, 3, 3 * 160, SSRC, new byte[] {64, 3})))
                .isNull();
        assertThat(send(Packets.packet(13, 5, 5 * 160, SSRC, new byte[0]))).isNull();
        send(4, SSRC);
        send(6, SSRC);

        assertThat(heard()).containsExactly(1, 2, 4, 6);
        assertThat(stats.rejected(RejectReason.COMFORT_NOISE)).isEqualTo(2);
        assertThat(stats.snapshot().lost()).isZero();
    }

    @Test
    void whatWasLostBeforeAKeyIsLostBeforeTheAudioThatFollows() {
        startStream();
        send(Packets.packet(101, 5, 5 * 160, SSRC, new byte[] {1, 10, 0, 20}));
        for (int i = 6; i < 9; i++) {
            send(i, SSRC);
        }
        gate.tick(now + 100 * MS);

        ring.release();
        ring.release();
        assertThat(Objects.requireNonNull(ring.peek()).lostBefore).isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource({
        "101, 11 8A 00 A0, an event that is no key",
        "101, 05 8A 00, too short",
        "95, 05 8A 00 A0, no dynamic type"
    })
    void onlyKeysAreTakenForKeys(int payloadType, String payload, String why) {
        byte[] bytes = Packets.packet(payloadType, 1, 0, SSRC, Packets.hex(payload));

        assertThat(send(bytes)).as(why).isEqualTo(RejectReason.PAYLOAD_TYPE);
    }

    @Test
    void refusesASecondSourceWhileTheFirstIsHeard() {
        startStream();
        for (int i = 3; i < 50; i++) {
            now += 20 * MS;
            assertThat(send(i, SSRC)).isNull();
            assertThat(send(1000 + i, OTHER_SSRC)).isEqualTo(RejectReason.SSRC);
        }

        assertThat(heard()).isEqualTo(IntStream.range(1, 50).boxed().toList());
        assertThat(stats.rejected(RejectReason.SSRC)).isEqualTo(47);
    }

    @Test
    void acceptsAnotherSourceFromTheExactAddressOnceTheFirstIsSilent() {
        startStream();
        now += 499 * MS;
        assertThat(send(70, OTHER_SSRC)).isEqualTo(RejectReason.SSRC);
        now += MS;

        assertThat(send(71, OTHER_SSRC)).isNull();
        assertThat(send(72, OTHER_SSRC)).isNull();

        assertThat(heard()).containsExactly(1, 2, 71, 72);
        assertThat(send(3, SSRC)).isEqualTo(RejectReason.SSRC);
    }

    @Test
    void neverAcceptsAnotherSourceFromAnAddressThatWasLearnt() {
        gate = gate(SourceRule.networks("10.0.0.0/8"), 100);
        startStream();
        now += 60_000 * MS;

        assertThat(send(70, OTHER_SSRC)).isEqualTo(RejectReason.SSRC);
    }

    @Test
    void aNewTapIsHeardFromItsOwnAddressAtOnce() {
        startStream();
        gate.retap(new SourceRule.Exact(STRANGER));

        send(3, SSRC);
        sendFrom(STRANGER, 200, OTHER_SSRC);
        sendFrom(STRANGER, 201, OTHER_SSRC);

        assertThat(heard()).containsExactly(1, 2, 200, 201);
        assertThat(send(4, SSRC)).isEqualTo(RejectReason.SOURCE);
    }

    @Test
    void theSameTapAgainChangesNothing() {
        startStream();
        gate.retap(new SourceRule.Exact(new InetSocketAddress("10.0.0.7", 14_002)));

        assertThat(send(3, SSRC)).isNull();
        assertThat(heard()).containsExactly(1, 2, 3);
    }

    @Test
    void aJumpOfTheSequenceIsFollowedOnlyWhenItGoesOn() {
        startStream();

        assertThat(send(9000, SSRC)).isNull();
        assertThat(send(3, SSRC)).isNull();
        assertThat(heard()).containsExactly(1, 2, 3);

        send(20_000, SSRC);
        send(20_001, SSRC);
        assertThat(heard()).containsExactly(20_000 & 0xFF, 20_001 & 0xFF);
        assertThat(stats.rejected(RejectReason.PROBATION)).isEqualTo(1);
        assertThat(stats.snapshot().lost()).isZero();
    }

    @Test
    void sequenceNumbersWrapAround() {
        for (int i = 65_530; i < 65_545; i++) {
            send(i & 0xFFFF, SSRC);
        }

        assertThat(heard()).hasSize(15);
        assertThat(stats.snapshot().lost()).isZero();
    }

    @Test
    void aFloodFromTheRightAddressIsCut() {
        for (int i = 1; i <= 10_000; i++) {
            now += MS / 10; // 10,000 a second
            send(i & 0xFFFF, SSRC);
        }

        gate.close();
        assertThat(stats.received()).isBetween(390L, 410L); // 300 at once, then 100 a second
        assertThat(stats.rejected(RejectReason.RATE)).isEqualTo(10_000 - stats.received());
    }

    @Test
    void whatAStalledNetworkDeliversAtOnceIsHeard() {
        int sequenceNumber = 1;
        for (int second = 0; second < 20; second++) {
            now += 1000 * MS;
            for (int i = 0; i < 50; i++) {
                assertThat(send(sequenceNumber++, SSRC)).isNull();
            }
            heard();
        }

        assertThat(stats.received()).isEqualTo(1000);
    }

    @Test
    void strangersDoNotUseUpTheRateOfTheRightSource() {
        for (int i = 0; i < 10_000; i++) {
            sendFrom(STRANGER, i, SSRC);
        }

        startStream();
        assertThat(heard()).containsExactly(1, 2);
    }

    @Test
    void forgedPacketsDoNotUseUpTheRateOfTheStreamThatIsHeard() {
        startStream();
        for (int i = 0; i < 10_000; i++) {
            send(i & 0xFFFF, OTHER_SSRC);
            send(Packets.packet(8, i & 0xFFFF, 0, SSRC, new byte[160]));
            send(new byte[3]);
        }

        assertThat(send(3, SSRC)).isNull();
        assertThat(heard()).containsExactly(1, 2, 3);
    }

    @Test
    void aFullRingDropsAndSaysSo() {
        gate = gate(new SourceRule.Exact(PBX), 1_000_000);
        for (int i = 1; i <= CAPACITY + 10; i++) {
            send(i, SSRC);
        }
        assertThat(stats.rejected(RejectReason.OVERLOAD)).isEqualTo(10);
        heard();

        send(CAPACITY + 11, SSRC);

        MediaPacket next = Objects.requireNonNull(ring.peek());
        assertThat(next.overloadBefore).isTrue();
        assertThat(next.lostBefore).isEqualTo(10);
    }

    @Test
    void closingPassesOnWhatIsHeld() {
        startStream();
        send(4, SSRC);
        assertThat(heard()).containsExactly(1, 2);

        gate.close();

        assertThat(heard()).containsExactly(4);
        assertThat(ring.isFinished()).isTrue();
    }

    @Property(tries = 300)
    void anyBytesAreHeardOrCounted(@ForAll @Size(max = 100) byte[][] datagrams) {
        StreamStats counted = new StreamStats();
        PacketRing fresh = new PacketRing(format.maxPayloadBytes(), CAPACITY);
        PacketGate any = new PacketGate(format, new SourceRule.Exact(PBX), formerSources, counted, fresh, 1_000_000, 0);

        for (byte[] datagram : datagrams) {
            any.accept(datagram, 0, datagram.length, datagram.length % 2 == 0 ? PBX : STRANGER, now);
        }
        any.close();

        long rejected = Arrays.stream(RejectReason.values())
                .mapToLong(counted::rejected)
                .sum();
        assertThat(counted.received() + rejected).isEqualTo(datagrams.length);
    }

    private PacketGate gate(SourceRule rule, int packetsPerSecond) {
        return new PacketGate(format, rule, formerSources, stats, ring, packetsPerSecond, now);
    }

    private void startStream() {
        send(1, SSRC);
        send(2, SSRC);
    }

    private @Nullable RejectReason send(int sequenceNumber, int ssrc) {
        return sendFrom(PBX, sequenceNumber, ssrc);
    }

    private @Nullable RejectReason sendFrom(InetSocketAddress source, int sequenceNumber, int ssrc) {
        byte[] bytes = Packets.ulaw(sequenceNumber, ssrc);
        return gate.accept(bytes, 0, bytes.length, source, now);
    }

    private @Nullable RejectReason send(byte[] bytes) {
        return gate.accept(bytes, 0, bytes.length, PBX, now);
    }

    /** Low bytes of the sequence numbers of what has come through since the last time. */
    private List<Integer> heard() {
        List<Integer> heard = new ArrayList<>();
        for (MediaPacket packet = ring.peek(); packet != null; packet = ring.peek()) {
            heard.add(packet.payload[0] & 0xFF);
            ring.release();
        }
        return heard;
    }
}
