package io.aicc.worker.rtp;

import java.io.IOException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One speaker's socket, and the thread that lives from it: a packet is read, checked, put in order, decoded and consumed after one
 * wake-up, which is most of what it costs. Reading does not depend on that thread: while its consumer takes long, somebody else
 * reads in its stead. Thread-safe.
 */
final class Ear implements AutoCloseable {
    private static final long TICK_MS = 50;
    private static final long TICK_NANOS = TICK_MS * 1_000_000;

    /** Somebody reads every 100 ms when all is well. */
    private static final long STALL_NANOS = 200_000_000;

    /** Of reading: more packets than a socket's buffer holds. */
    private static final int MOST_TURNS = 128;

    private final StreamPort port;
    private final MediaSocket socket;
    private final LongSupplier nanoClock;
    private long lastTickNanos;
    private long lastReadNanos;
    private volatile @Nullable Speaker speaker;

    /** Whether there may be more to read; its thread's. */
    private boolean more;

    /** Whether its thread reads and consumes; else it waits for a packet. */
    private volatile boolean working;

    Ear(StreamPort port, MediaSocket socket, LongSupplier nanoClock) {
        this.port = port;
        this.socket = socket;
        this.nanoClock = nanoClock;
        lastTickNanos = nanoClock.getAsLong();
    }

    int localPort() {
        return socket.localPort();
    }

    /** Until the socket is closed and everything consumed, or until interrupted. */
    void run() throws IOException {
        try {
            while (socket.isOpen() && !Thread.currentThread().isInterrupted()) {
                turn();
            }
        } finally {
            Speaker last = speaker;
            if (last != null) {
                last.finish();
            }
        }
    }

    /**
     * One wake-up. Apart from its loop because the JVM compiles what is called often, but a loop that goes round a hundred times
     * a second not before the call is over.
     */
    private void turn() throws IOException {
        if (!more) {
            socket.await(pauseMs());
        }
        working = true;
        more = read();
        work();
        working = false;
    }

    /** For ever while there is neither a call nor a packet that may turn out to be of one. */
    private synchronized long pauseMs() {
        return speaker == null && !port.isAwaited() ? 0 : TICK_MS;
    }

    private void work() {
        Speaker now = speaker;
        while (now != null && now.work()) {}
    }

    /**
     * Reads what has arrived, and looks at the clock every now and then. After a time in which nobody did it reads all there is:
     * what is read long after it came looks on the timeline as if it had been spoken then.
     *
     * @return whether there may be more to read
     */
    private synchronized boolean read() {
        if (!socket.isOpen()) {
            return false;
        }
        long now = nanoClock.getAsLong(); // Before: the process may stand still at any time.
        long unread = now - lastReadNanos;
        lastReadNanos = now;
        boolean stalled = unread >= STALL_NANOS;
        if (stalled) {
            port.unread(unread, now);
        }
        boolean more = socket.read();
        for (int turns = 1; stalled && more && turns < MOST_TURNS; turns++) {
            more = socket.read();
        }
        if (!more) {
            port.caughtUp();
        }
        if (now - lastTickNanos >= TICK_NANOS) {
            lastTickNanos = now;
            port.tick();
        }
        return more;
    }

    /**
     * Reads all there is if the ear's thread is at work, and so perhaps with its consumer. Mostly it is about to read itself, and
     * finds a little less; but a flood fills the socket's buffer in a fraction of a second.
     *
     * @return whether it is
     */
    boolean relieve() {
        boolean busy = working;
        for (int turns = 0; busy && turns < MOST_TURNS && read(); turns++) {}
        return busy;
    }

    /** From now on the socket hears a call; what it has by now came before. */
    synchronized void open(PacketGate gate, Speaker work, boolean takenOver) {
        for (int turns = 0; turns < MOST_TURNS && socket.isOpen() && socket.read(); turns++) {}
        port.open(gate, takenOver);
        speaker = work;
        lastReadNanos = nanoClock.getAsLong();
        socket.wake();
    }

    /** The stream comes from somewhere else; who waits to be named may be heard at once. */
    synchronized void retap(SourceRule rule) {
        PacketGate gate = port.gate();
        if (gate != null) {
            gate.retap(rule);
            socket.wake();
        }
    }

    /** Reads what the kernel holds; returns how many packets have arrived in all. */
    synchronized long readOn() {
        boolean _ = read();
        return port.arrived();
    }

    /** Closes the socket, and the stream behind what was read. */
    @Override
    public synchronized void close() {
        port.close();
        socket.close();
    }
}
