package io.aicc.worker.rtp;

import org.jspecify.annotations.Nullable;

/**
 * Puts packets back in order. While one is missing, up to {@value #SIZE} that came before it are held; the next one, or
 * 100 ms, makes the missing one lost. Nothing here is played to anybody, so a fixed window costs only latency, and none at all
 * while packets come in order. Not thread-safe.
 *
 * @implNote Two masks remember the fate of the last 64 sequence numbers, so that a packet that comes after its turn is told from
 *     one that came twice.
 */
final class ReorderWindow {
    static final int SIZE = 4;
    static final long MAX_WAIT_NANOS = 100_000_000;

    private static final int SLOTS = 8; // the power of two above SIZE: a sequence number's low bits are its slot

    private final Output output;
    private final HeldPacket[] held = new HeldPacket[SLOTS];
    private final RtpPacket view = new RtpPacket();
    private int heldCount;
    private int next;
    private long heardMask;
    private long lostMask;
    private int lostSinceRelease;

    ReorderWindow(Output output) {
        this.output = output;
        for (int i = 0; i < SLOTS; i++) {
            held[i] = new HeldPacket();
        }
    }

    /** Takes packets in order. */
    interface Output {
        /**
         * The next packet.
         *
         * @param packet valid during the call only
         * @param lostBefore packets missing between the one before and this one
         */
        void release(RtpPacket packet, long arrivalNanos, int lostBefore);

        /** The number of packets that never came has changed: by 1, or by −1 when one came late after all. */
        void lost(int change);
    }

    /** Begins a new sequence; what is still held goes out first. */
    void restart(int firstSequenceNumber) {
        flush();
        next = firstSequenceNumber;
        heardMask = 0;
        lostMask = 0;
        lostSinceRelease = 0;
    }

    /**
     * Takes the next packet that arrived.
     *
     * @return null, or why it is not heard
     */
    @Nullable
    RejectReason offer(RtpPacket packet, long arrivalNanos) {
        int sequenceNumber = packet.sequenceNumber();
        if (ahead(sequenceNumber) < 0) {
            return fateOfThePast(sequenceNumber);
        }
        while (ahead(sequenceNumber) > SIZE) {
            step();
        }
        releaseRun();
        if (ahead(sequenceNumber) == 0) {
            advance(true);
            output.release(packet, arrivalNanos, takeLost());
            releaseRun();
            return null;
        }
        HeldPacket slot = slot(sequenceNumber);
        if (!slot.isEmpty()) {
            return RejectReason.DUPLICATE;
        }
        slot.hold(packet, arrivalNanos);
        heldCount++;
        return null;
    }

    /** The packets missing before the one that is released just now are counted as something else: no change is told of them. */
    void forgetLost(int lostBefore) {
        long latest = lostBefore < Long.SIZE - 1 ? (1L << lostBefore) - 1 : -1;
        lostMask &= ~(latest << 1); // Behind the bit of that packet.
    }

    /** Gives up waiting for what has been missing for too long. */
    void expire(long nowNanos) {
        while (heldCount > 0 && nowNanos - firstHeld().arrivalNanos() >= MAX_WAIT_NANOS) {
            while (slot(next).isEmpty()) {
                step();
            }
            releaseRun();
        }
    }

    /** Lets everything go that is held, in order. */
    void flush() {
        while (heldCount > 0) {
            step();
        }
    }

    private RejectReason fateOfThePast(int sequenceNumber) {
        int age = -ahead(sequenceNumber) - 1;
        long bit = age < Long.SIZE ? 1L << age : 0;
        if ((heardMask & bit) != 0) {
            return RejectReason.DUPLICATE;
        }
        if ((lostMask & bit) != 0) {
            lostMask &= ~bit;
            heardMask |= bit; // a second copy is a duplicate
            output.lost(-1);
        }
        return RejectReason.LATE;
    }

    private void releaseRun() {
        while (heldCount > 0 && !slot(next).isEmpty()) {
            step();
        }
    }

    /** Moves on by one packet: heard if it is here, lost if not. */
    private void step() {
        HeldPacket slot = slot(next);
        if (slot.isEmpty()) {
            advance(false);
            lostSinceRelease++;
            output.lost(1);
        } else {
            slot.show(view);
            slot.clear();
            heldCount--;
            advance(true);
            output.release(view, slot.arrivalNanos(), takeLost());
        }
    }

    private void advance(boolean heard) {
        next = (next + 1) & 0xFFFF;
        heardMask = heardMask << 1 | (heard ? 1 : 0);
        lostMask = lostMask << 1 | (heard ? 0 : 1);
    }

    private int takeLost() {
        int lost = lostSinceRelease;
        lostSinceRelease = 0;
        return lost;
    }

    private HeldPacket firstHeld() {
        int sequenceNumber = next;
        while (slot(sequenceNumber).isEmpty()) {
            sequenceNumber++;
        }
        return slot(sequenceNumber);
    }

    private HeldPacket slot(int sequenceNumber) {
        return held[sequenceNumber & (SLOTS - 1)];
    }

    /** How far a sequence number lies ahead of the next one, −32,768 to 32,767. */
    private int ahead(int sequenceNumber) {
        return (short) (sequenceNumber - next);
    }
}
