package io.aicc.worker.rtp;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RtpPacketTest {
    private final RtpPacket packet = new RtpPacket();

    @Test
    void readsEveryFieldOfThePlainHeader() {
        // V=2, M and PT=8, sequence number, timestamp, SSRC, payload
        byte[] bytes = Packets.hex("80 88 fffe f0000001 deadbeef 0a0b0c");

        assertThat(packet.wrap(bytes, 0, bytes.length)).isNull();

        assertThat(packet.payloadType()).isEqualTo(8);
        assertThat(packet.sequenceNumber()).isEqualTo(0xFFFE);
        assertThat(packet.timestamp()).isEqualTo(0xF000_0001);
        assertThat(packet.ssrc()).isEqualTo(0xDEAD_BEEF);
        assertThat(payload()).containsExactly(0x0A, 0x0B, 0x0C);
    }

    @Test
    void findsThePayloadBehindContributorsAndExtensionAndBeforePadding() {
        // P, X and CC=2; PT=0, sequence number, timestamp, SSRC; two CSRCs; profile, length 1, extension; payload;
        // padding
        byte[] bytes = Packets.hex(
                "b2 00 0001 00000000 00000001" + "00000002 00000003" + "bede 0001 11223344" + "0d0e" + "000003");

        assertThat(packet.wrap(bytes, 0, bytes.length)).isNull();

        assertThat(payload()).containsExactly(0x0D, 0x0E);
    }

    @Test
    void looksOnlyAtItsPieceOfALargerBuffer() {
        byte[] bytes = Packets.hex("ffffff 80 00 0007 00000001 00000002 55 ffff");

        assertThat(packet.wrap(bytes, 3, 13)).isNull();

        assertThat(packet.sequenceNumber()).isEqualTo(7);
        assertThat(payload()).containsExactly(0x55);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "80", "8000", "80 00 0001 00000000 000000"})
    void refusesWhatIsShorterThanAHeader(String digits) {
        assertThat(problemOf(digits)).isEqualTo(RejectReason.TOO_SHORT);
    }

    @ParameterizedTest
    @ValueSource(strings = {"00", "40", "c0"})
    void refusesEveryVersionButTwo(String firstByte) {
        assertThat(problemOf(firstByte + "00 0001 00000000 00000001 55")).isEqualTo(RejectReason.VERSION);
    }

    @ParameterizedTest
    @CsvSource({
        "contributors past the end,     81 00 0001 00000000 00000001 0000",
        "extension header past the end, 90 00 0001 00000000 00000001 0000",
        "extension past the end,        90 00 0001 00000000 00000001 0000 ffff 00000000",
        "no padding where there is,     a0 00 0001 00000000 00000001 5500",
        "padding longer than payload,   a0 00 0001 00000000 00000001 5503"
    })
    void refusesLengthsThatDoNotFit(String problem, String digits) {
        assertThat(problemOf(digits)).as(problem).isEqualTo(RejectReason.HEADER);
    }

    @ParameterizedTest
    @ValueSource(ints = {192, 200, 201, 203, 223})
    void tellsRtcpByItsSecondByteHoweverShort(int type) {
        assertThat(problemOf("80 %02x 0001 00000001".formatted(type))).isEqualTo(RejectReason.RTCP);
    }

    @Property
    void anyBytesGiveAReasonOrAPayloadInside(
            @ForAll @Size(max = 80) byte[] bytes, @ForAll @IntRange(max = 5) int offset) {
        byte[] buffer = new byte[offset + bytes.length + 1];
        System.arraycopy(bytes, 0, buffer, offset, bytes.length);

        if (packet.wrap(buffer, offset, bytes.length) == null) {
            assertThat(packet.payloadLength()).isBetween(0, bytes.length - RtpPacket.HEADER_BYTES);
            assertThat(payload()).hasSize(packet.payloadLength());
        }
    }

    @Property
    void headersWithAnyFlagsAreTakenOrRefusedForTheirLengths(
            @ForAll @IntRange(max = 63) int flags, @ForAll @Size(min = 11, max = 60) byte[] rest) {
        byte[] bytes = new byte[rest.length + 1];
        System.arraycopy(rest, 0, bytes, 1, rest.length);
        bytes[0] = (byte) (0x80 | flags);

        assertThat(packet.wrap(bytes, 0, bytes.length)).isIn(null, RejectReason.HEADER, RejectReason.RTCP);
    }

    private @Nullable RejectReason problemOf(String digits) {
        byte[] bytes = Packets.hex(digits);
        return packet.wrap(bytes, 0, bytes.length);
    }

    private byte[] payload() {
        byte[] payload = new byte[packet.payloadLength()];
        packet.copyPayload(payload);
        return payload;
    }
}
