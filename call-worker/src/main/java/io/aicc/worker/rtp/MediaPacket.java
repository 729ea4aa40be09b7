package io.aicc.worker.rtp;

/** What the speaker's thread gets of a packet: a slot of the ring, filled again and again. */
final class MediaPacket {
    final byte[] payload;
    int payloadLength;
    int timestamp;
    long arrivalNanos;

    /** Packets missing between the one before and this one. */
    int lostBefore;

    /** Whether some of them were dropped here, for want of space. */
    boolean overloadBefore;

    /** Whether sequence numbers and timestamps begin anew. */
    boolean restart;

    /**
     * How long at most nothing at all arrived between the audio before and this, where something that is not heard did (keys, comfort
     * noise); otherwise {@link Long#MAX_VALUE}.
     */
    long silenceNanos = Long.MAX_VALUE;

    MediaPacket(int maxPayloadBytes) {
        payload = new byte[maxPayloadBytes];
    }
}
