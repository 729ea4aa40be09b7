package io.aicc.worker.rtp;

/** A packet that waits for another one: a copy of its bytes, in a buffer that is used again and again. */
final class HeldPacket {
    private final byte[] bytes = new byte[StreamFormat.MAX_PACKET_BYTES];
    private int length;
    private long arrivalNanos;

    void hold(RtpPacket packet, long arrival) {
        packet.copyTo(bytes);
        length = packet.length();
        arrivalNanos = arrival;
    }

    boolean isEmpty() {
        return length == 0;
    }

    void clear() {
        length = 0;
    }

    long arrivalNanos() {
        return arrivalNanos;
    }

    /** Looks at the packet again; it was well-formed when it was put here. */
    void show(RtpPacket view) {
        view.wrap(bytes, 0, length);
    }
}
