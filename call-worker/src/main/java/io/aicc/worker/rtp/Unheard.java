package io.aicc.worker.rtp;

import org.jspecify.annotations.Nullable;

/**
 * What travels in a speaker's sequence in the place of audio: a key that is pressed (RFC 4733 §2.3), or how the background
 * sounds while nobody speaks (comfort noise, RFC 3389). It takes its number there and is never heard: a key may belong to a
 * card number, and its event reaches receivers, masked, by way of the PBX.
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |     event     |E|R| volume    |          duration             |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * </pre>
 *
 * <p>Telephone events have no payload type of their own: they are known by a dynamic one and their shape.
 */
final class Unheard {
    private static final int COMFORT_NOISE_TYPE = 13;
    private static final int FIRST_DYNAMIC_TYPE = 96;
    private static final int TELEPHONE_EVENT_BYTES = 4;
    /** 0 to 9, *, #, A to D, and flash (RFC 4733 §3.2). */
    private static final int LAST_KEY = 16;

    private Unheard() {}

    /**
     * Tells such a packet, which does not have the payload type of the call's codec.
     *
     * @return what it is counted as, null when it is neither
     */
    static @Nullable RejectReason reason(RtpPacket packet) {
        if (packet.payloadType() == COMFORT_NOISE_TYPE) {
            return RejectReason.COMFORT_NOISE;
        }
        boolean key = packet.payloadType() >= FIRST_DYNAMIC_TYPE
                && packet.payloadLength() == TELEPHONE_EVENT_BYTES
                && packet.payloadByte(0) <= LAST_KEY;
        return key ? RejectReason.DTMF : null;
    }
}
