package io.aicc.worker.rtp;

import io.aicc.wire.control.WorkerReport.StreamCounters;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/** What a stream amounts to so far. Written by whoever receives, read by any. */
final class StreamStats {
    private static final RejectReason[] REASONS = RejectReason.values();

    private final AtomicLong received = new AtomicLong();
    private final AtomicLong lost = new AtomicLong();
    private final AtomicLongArray rejected = new AtomicLongArray(REASONS.length);

    void countReceived() {
        received.incrementAndGet();
    }

    void countLost(int change) {
        lost.addAndGet(change);
    }

    /** Of those that were counted as lost so many came, and were not read in time. */
    void countOverload(int packets) {
        lost.addAndGet(-packets);
        rejected.addAndGet(RejectReason.OVERLOAD.ordinal(), packets);
    }

    void countRejected(RejectReason reason) {
        rejected.incrementAndGet(reason.ordinal());
    }

    long received() {
        return received.get();
    }

    long rejected(RejectReason reason) {
        return rejected.get(reason.ordinal());
    }

    StreamCounters snapshot() {
        Map<String, Long> byReason = new TreeMap<>();
        for (RejectReason reason : REASONS) {
            long count = rejected(reason);
            if (count > 0 && reason != RejectReason.LATE) {
                byReason.put(reason.label(), count);
            }
        }
        return new StreamCounters(received(), lost.get(), rejected(RejectReason.LATE), byReason);
    }
}
