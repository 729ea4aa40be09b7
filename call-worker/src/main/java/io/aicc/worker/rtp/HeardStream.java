package io.aicc.worker.rtp;

import java.util.Arrays;

/** A synchronization source that is heard, or was: how far its sequence went, and how long it was heard. Not thread-safe. */
final class HeardStream {
    private static final int MAX_DROPOUT = 3000;
    private static final int MAX_MISORDER = 100;
    private static final int SEQUENCE_NUMBERS = 1 << 16;

    /** A second of speech is as good as an hour. */
    private static final int WELL_KNOWN_PACKETS = 50;

    /** A fifth of what a PBX sends in {@link #FAINT_NANOS}. */
    private static final int FAINT_PACKETS = 5;

    private static final long FAINT_NANOS = 500_000_000;

    private final int ssrc;
    private int highest;
    private int packets;
    private final long[] lastNanos = new long[FAINT_PACKETS];
    private int oldest;
    private boolean resuming;

    HeardStream(int ssrc) {
        this.ssrc = ssrc;
    }

    int ssrc() {
        return ssrc;
    }

    /** Up to {@value #WELL_KNOWN_PACKETS}: who was heard for how long. */
    int standing() {
        return packets;
    }

    /** Its sequence goes on from here. */
    void startAt(int sequenceNumber, long nowNanos) {
        highest = sequenceNumber;
        resuming = false;
        Arrays.fill(lastNanos, nowNanos);
    }

    /** Whether it has fallen silent, or nearly so: a packet now and then keeps nobody out who truly speaks. */
    boolean isFaint(long nowNanos) {
        return nowNanos - lastNanos[oldest] >= FAINT_NANOS;
    }

    /** Whether a packet is of this source, and near enough to its last one to need no proof. */
    boolean continuesWith(RtpPacket packet) {
        int ahead = ahead(packet);
        return packet.ssrc() == ssrc && (ahead < MAX_DROPOUT || ahead > SEQUENCE_NUMBERS - MAX_MISORDER);
    }

    /** How many sequence numbers a packet that continues it leaves out. */
    int missingBefore(RtpPacket packet) {
        int ahead = ahead(packet);
        return ahead < MAX_DROPOUT ? Math.max(0, ahead - 1) : 0;
    }

    void heard(RtpPacket packet, long nowNanos) {
        lastNanos[oldest] = nowNanos;
        oldest = (oldest + 1) % FAINT_PACKETS;
        packets = Math.min(packets + 1, WELL_KNOWN_PACKETS);
        if (ahead(packet) < MAX_DROPOUT) {
            highest = packet.sequenceNumber();
        }
    }

    /** Of one that is heard no longer: whether this packet is its second new one in order, so that it truly goes on. */
    boolean resumesWith(RtpPacket packet) {
        int ahead = ahead(packet);
        if (ahead == 0 || ahead >= MAX_DROPOUT) {
            return false;
        }
        boolean inOrder = resuming && ahead == 1;
        highest = packet.sequenceNumber();
        resuming = true;
        return inOrder;
    }

    private int ahead(RtpPacket packet) {
        return packet.sequenceNumber() - highest & 0xFFFF;
    }
}
