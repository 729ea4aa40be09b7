package io.aicc.worker.rtp;

import io.aicc.crd.Codec;
import io.aicc.worker.audio.PayloadDecoder;

/** What the packets of a codec look like. */
record StreamFormat(Codec codec, int payloadType, int sampleRateHz, PayloadDecoder decoder) {
    /** Longest packet that is looked at: any header, and the longest payload (60 ms of L16 at 16 kHz, 1,920 bytes). */
    static final int MAX_PACKET_BYTES = 2048;

    private static final int MAX_PAYLOAD_MS = 60;

    static StreamFormat of(Codec codec) {
        PayloadDecoder decoder = PayloadDecoder.of(codec);
        return switch (codec) {
            case ULAW -> new StreamFormat(codec, 0, 8_000, decoder);
            case ALAW -> new StreamFormat(codec, 8, 8_000, decoder);
            case L16_8K -> new StreamFormat(codec, 11, 8_000, decoder);
            case L16_16K -> new StreamFormat(codec, 118, 16_000, decoder);
        };
    }

    int maxPayloadBytes() {
        return sampleRateHz * MAX_PAYLOAD_MS / 1000 * decoder.bytesPerSample();
    }

    /** Whether a packet carries audio, by its payload type. */
    boolean isAudio(RtpPacket packet) {
        return packet.payloadType() == payloadType;
    }

    boolean isPlausiblePayload(int bytes) {
        return bytes > 0 && bytes <= maxPayloadBytes() && bytes % decoder.bytesPerSample() == 0;
    }

    int samplesIn(int payloadBytes) {
        return payloadBytes / decoder.bytesPerSample();
    }
}
