package io.aicc.worker.rtp;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Carries packets from the thread that receives to the thread that decodes, without allocating and without either waiting for
 * the other. One producer, one consumer.
 */
final class PacketRing {
    /** 512 × 20 ms = 10 s of audio, for an engine that is slow to end a long utterance; 245 KB of G.711. A power of two. */
    static final int CAPACITY = 512;

    private final MediaPacket[] slots = new MediaPacket[CAPACITY];
    private final AtomicLong written = new AtomicLong();
    private final AtomicLong read = new AtomicLong();
    private volatile @Nullable Thread waiting;
    private volatile boolean closed;

    PacketRing(int maxPayloadBytes) {
        for (int i = 0; i < CAPACITY; i++) {
            slots[i] = new MediaPacket(maxPayloadBytes);
        }
    }

    /** For the producer: the slot to fill next, null when the consumer is {@value #CAPACITY} packets behind. */
    @Nullable
    MediaPacket claim() {
        long position = written.get();
        return position - read.get() < CAPACITY ? slot(position) : null;
    }

    /** For the producer: hands over the slot it claimed. */
    void publish() {
        written.incrementAndGet();
        wake();
    }

    /** For the producer: nothing follows. */
    void close() {
        closed = true;
        wake();
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

    /** For the consumer: waits until there is something to do, at most so long. */
    void await(long nanos) {
        waiting = Thread.currentThread();
        if (peek() == null && !closed) {
            LockSupport.parkNanos(this, nanos);
        }
        waiting = null;
    }

    private void wake() {
        LockSupport.unpark(waiting);
    }

    private MediaPacket slot(long position) {
        return slots[(int) position & (CAPACITY - 1)];
    }
}
