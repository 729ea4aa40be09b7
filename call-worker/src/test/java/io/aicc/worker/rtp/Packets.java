package io.aicc.worker.rtp;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;

/** Packets as a PBX would send them. */
final class Packets {
    static final int ULAW = 0;
    static final int SAMPLES = 160;

    private Packets() {}

    /** 20 ms of µ-law; every byte of the payload is the sequence number's low byte, so that it can be told again. */
    static byte[] ulaw(int sequenceNumber, int timestamp, int ssrc) {
        byte[] payload = new byte[SAMPLES];
        Arrays.fill(payload, (byte) sequenceNumber);
        return packet(ULAW, sequenceNumber, timestamp, ssrc, payload);
    }

    /** The same, with timestamps that follow from the sequence number. */
    static byte[] ulaw(int sequenceNumber, int ssrc) {
        return ulaw(sequenceNumber, sequenceNumber * SAMPLES, ssrc);
    }

    static byte[] packet(int payloadType, int sequenceNumber, int timestamp, int ssrc, byte[] payload) {
        return ByteBuffer.allocate(RtpPacket.HEADER_BYTES + payload.length)
                .put((byte) 0x80)
                .put((byte) payloadType)
                .putShort((short) sequenceNumber)
                .putInt(timestamp)
                .putInt(ssrc)
                .put(payload)
                .array();
    }

    /** Bytes from hexadecimal digits; blanks divide fields. */
    static byte[] hex(String digits) {
        return HexFormat.of().parseHex(digits.replace(" ", ""));
    }
}
