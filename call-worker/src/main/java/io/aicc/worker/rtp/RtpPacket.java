package io.aicc.worker.rtp;

import org.jspecify.annotations.Nullable;

/**
 * A view of one RTP packet (RFC 3550 §5.1), moved from packet to packet: holds no bytes of its own.
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |V=2|P|X|  CC   |M|     PT      |       sequence number         |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                           timestamp                           |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |           synchronization source (SSRC) identifier            |
 * +=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+
 * |        contributing source (CSRC) identifiers, CC of them     |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |      X: defined by profile    |   X: length in 32-bit words   |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |   payload ...                             | P: padding, count |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * </pre>
 */
final class RtpPacket {
    static final int HEADER_BYTES = 12;

    private static final int VERSION = 2;
    private static final int PADDING = 0x20;
    private static final int EXTENSION = 0x10;
    private static final int CSRC_COUNT = 0x0F;
    private static final int PAYLOAD_TYPE = 0x7F;

    private byte[] data = new byte[0];
    private int start;
    private int length;
    private int payloadStart;
    private int payloadLength;

    /**
     * Looks at another packet.
     *
     * @return null when it is well-formed; else what is wrong with it, and only {@link #length()} may be asked
     */
    @Nullable
    RejectReason wrap(byte[] packet, int offset, int bytes) {
        data = packet;
        start = offset;
        length = bytes;
        if (bytes >= 2 && version() == VERSION && isRtcp(packet[offset + 1] & 0xFF)) {
            return RejectReason.RTCP;
        }
        if (bytes < HEADER_BYTES) {
            return RejectReason.TOO_SHORT;
        }
        if (version() != VERSION) {
            return RejectReason.VERSION;
        }
        return findPayload() ? null : RejectReason.HEADER;
    }

    /** Where RTP and RTCP share a port, the second byte of RTCP is 192 to 223 (RFC 5761 §4). */
    private static boolean isRtcp(int secondByte) {
        return secondByte >= 192 && secondByte <= 223;
    }

    private boolean findPayload() {
        int flags = data[start];
        int end = start + length;
        int position = start + HEADER_BYTES + 4 * (flags & CSRC_COUNT);
        if ((flags & EXTENSION) != 0) {
            if (position + 4 > end) {
                return false;
            }
            position += 4 + 4 * uint16(position + 2);
        }
        if ((flags & PADDING) != 0) {
            int padding = data[end - 1] & 0xFF;
            if (padding == 0) {
                return false;
            }
            end -= padding;
        }
        payloadStart = position;
        payloadLength = end - position;
        return payloadLength >= 0;
    }

    private int version() {
        return (data[start] & 0xC0) >> 6;
    }

    /** Bytes of the whole packet. */
    int length() {
        return length;
    }

    int payloadType() {
        return data[start + 1] & PAYLOAD_TYPE;
    }

    /** 0 to 65,535, wraps around. */
    int sequenceNumber() {
        return uint16(start + 2);
    }

    /** In samples, wraps around: only differences mean anything. */
    int timestamp() {
        return int32(start + 4);
    }

    int ssrc() {
        return int32(start + 8);
    }

    /** A byte of the payload, 0 to 255. */
    int payloadByte(int index) {
        return data[payloadStart + index] & 0xFF;
    }

    /** Bytes of payload, padding not among them. */
    int payloadLength() {
        return payloadLength;
    }

    void copyPayload(byte[] target) {
        System.arraycopy(data, payloadStart, target, 0, payloadLength);
    }

    /** Copies the whole packet, so that it can be looked at again later. */
    void copyTo(byte[] target) {
        System.arraycopy(data, start, target, 0, length);
    }

    private int uint16(int position) {
        return (data[position] & 0xFF) << 8 | data[position + 1] & 0xFF;
    }

    private int int32(int position) {
        return uint16(position) << 16 | uint16(position + 2);
    }
}
