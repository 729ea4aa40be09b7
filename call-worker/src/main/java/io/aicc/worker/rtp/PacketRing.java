package io.aicc.worker.rtp;

import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Carries packets from whoever reads them to the thread that decodes, without allocating and without either waiting for the
 * other. One producer at a time, one consumer.
 */
final class PacketRing {
    private final MediaPacket[] slots;
    private final AtomicLong written = new AtomicLong();
    private final AtomicLong read = new AtomicLong();
    private volatile boolean closed;
    private volatile long signNanos;
    private volatile long cutOffNanos;

    /**
     * An empty ring.
     *
     * @param capacity packets that may wait, a power of two
     */
    PacketRing(int maxPayloadBytes, int capacity) {
        slots = new MediaPacket[capacity];
        for (int i = 0; i < capacity; i++) {
            slots[i] = new MediaPacket(maxPayloadBytes);
        }
    }

    /** For the producer: the slot to fill next, null when all of them wait for the consumer. */
    @Nullable
    MediaPacket claim() {
        long position = written.get();
        return position - read.get() < slots.length ? slot(position) : null;
    }

    /** For the producer: hands over the slot it claimed. */
    void publish() {
        written.incrementAndGet();
    }

    /** For the producer: something came that is not heard. */
    void sign(long arrivalNanos) {
        signNanos = arrivalNanos;
    }

    /** For the consumer: when something came last that is not heard; 0 before that. */
    long signNanos() {
        return signNanos;
    }

    /** For the producer, at the end: behind the last packet more came, until then, and was lost here; 0: no. */
    void cutOff(long untilNanos) {
        cutOffNanos = untilNanos;
    }

    /** For the consumer of a ring that is finished: until when packets were lost behind the last one; 0 when none were. */
    long cutOffNanos() {
        return cutOffNanos;
    }

    /** For the producer: nothing follows. */
    void close() {
        closed = true;
    }

    /** For the consumer: the next packet, null when there is none yet. */
    @Nullable
    MediaPacket peek() {
        long position = read.get();
        return position < written.get() ? slot(position) : null;
    }

    /** For the consumer: gives the slot back that it saw. */
    void release() {
        read.incrementAndGet();
    }

    /** For the consumer: whether everything there will ever be has been read. */
    boolean isFinished() {
        return closed && read.get() == written.get();
    }

    private MediaPacket slot(long position) {
        return slots[(int) position & (slots.length - 1)];
    }
}
