package io.aicc.worker.rtp;

import io.aicc.worker.audio.AudioFrame;
import io.aicc.worker.rtp.FrameConsumer.GapReason;
import java.util.Arrays;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns one speaker's packets into frames without a hole, and tells its consumer also when there are none. */
final class Speaker {
    private static final Logger log = LoggerFactory.getLogger(Speaker.class);

    /** Packets come every 20 ms; the third one missing is noticed. */
    private static final long IDLE_AFTER_NANOS = 60_000_000;

    /** −42 dB of full scale: below speech on any line. */
    private static final int QUIET = 256;
    /** However quiet, no more than one packet in 100 ms is left out: even soft speech stays what it was. */
    private static final int SHORTEST_WAIT = 5;
    /** A speaker who makes no pause for three seconds misses one packet. */
    private static final int LONGEST_WAIT_FOR_QUIET = 150;

    private static final long REPORTED_LOSS_MS = 100;
    private static final long LONGEST_FILL_MS = 2000;
    private static final long LONGEST_FILL_NANOS = LONGEST_FILL_MS * 1_000_000;
    private static final int FILL_MS = 20;
    private static final long LOG_EVERY_NANOS = 1_000_000_000;

    private final StreamFormat format;
    private final PacketRing ring;
    private final MediaTimeline timeline;
    private final FrameConsumer consumer;
    private final LongSupplier nanoClock;
    private final Losses losses;
    private final AudioFrame frame;
    private long lastHeardNanos;
    private long lastEmptyNanos;
    private int packetsAhead;
    private long nextFailureLogNanos;

    Speaker(
            StreamFormat format,
            PacketRing ring,
            MediaTimeline timeline,
            FrameConsumer consumer,
            LongSupplier nanoClock) {
        this.format = format;
        this.ring = ring;
        this.timeline = timeline;
        this.consumer = consumer;
        this.nanoClock = nanoClock;
        frame = new AudioFrame(format.codec());
        lastHeardNanos = nanoClock.getAsLong();
        lastEmptyNanos = lastHeardNanos;
        losses = new Losses(consumer, lastHeardNanos);
        nextFailureLogNanos = lastHeardNanos;
    }

    /** Consumes one packet, or notices that there is none; returns whether there was one. */
    boolean work() {
        MediaPacket packet = ring.peek();
        if (packet == null) {
            long now = nanoClock.getAsLong();
            lastEmptyNanos = now;
            tellLosses(now);
            if (now - lastHeardNanos >= IDLE_AFTER_NANOS) {
                guarded(() -> consumer.idle(ms(timeline.at(now))));
            }
            return false;
        }
        try {
            hear(packet);
        } catch (RuntimeException | Error e) {
            tellFailure(e);
        } finally {
            ring.release();
        }
        lastHeardNanos = nanoClock.getAsLong();
        return true;
    }

    /** Consumes what is left in a ring that was closed, unless interrupted, and tells the end. */
    void finish() {
        while (!ring.isFinished() && !Thread.currentThread().isInterrupted()) {
            work();
        }
        noteSilentEnd();
        guarded(() -> losses.tell(nanoClock.getAsLong()));
        guarded(consumer::end);
    }

    private void hear(MediaPacket packet) {
        int length = format.samplesIn(packet.payloadLength);
        packetsAhead = timeline.isAhead(packet, length) ? packetsAhead + 1 : 0;
        if (packetsAhead > LONGEST_WAIT_FOR_QUIET || packetsAhead >= SHORTEST_WAIT && isQuiet(packet)) {
            timeline.leaveOut(packet, length);
            packetsAhead = 0;
            return;
        }
        long end = timeline.next();
        long start = timeline.place(packet, length);
        noteLoss(packet, length, end, start);
        tellLosses(nanoClock.getAsLong());
        if (end > 0 && start - end <= timeline.samples(LONGEST_FILL_MS)) {
            fill(end, start);
        }
        System.arraycopy(packet.payload, 0, frame.encoded(), 0, packet.payloadLength);
        emit(start, packet.payloadLength);
    }

    private boolean isQuiet(MediaPacket packet) {
        short[] samples = frame.samples();
        int length = format.decoder().decode(packet.payload, packet.payloadLength, samples);
        for (int i = 0; i < length; i++) {
            if (Math.abs(samples[i]) > QUIET) {
                return false;
            }
        }
        return true;
    }

    private void noteLoss(MediaPacket packet, int length, long end, long start) {
        boolean overload = packet.overloadBefore && start > end; // What was lost twice left no hole.
        if (overload || ms((long) packet.lostBefore * length) >= REPORTED_LOSS_MS) {
            losses.add(overload ? GapReason.OVERLOAD : GapReason.PACKETS_LOST, ms(end), ms(start));
        } else if (end > 0
                && start - end > timeline.samples(LONGEST_FILL_MS)
                && packet.silenceNanos > LONGEST_FILL_NANOS) {
            losses.add(GapReason.NOTHING_SENT, ms(end), ms(start));
        }
    }

    private long ms(long sample) {
        return sample * 1000 / frame.sampleRateHz();
    }

    /** What came last and was lost here, no packet after it shows. A stream may also break off before its call does. */
    private void noteSilentEnd() {
        long heardMs = ms(timeline.next());
        if (heardMs == 0) {
            return;
        }
        long overMs = consumer.overMs(); // That the call was over we are told later.
        long lostUntilMs = Math.min(timeOf(ring.cutOffNanos()), overMs);
        if (lostUntilMs - heardMs >= REPORTED_LOSS_MS) {
            losses.add(GapReason.OVERLOAD, heardMs, lostUntilMs);
        }
        long endMs = Math.max(heardMs, Math.max(lostUntilMs, timeOf(ring.signNanos())));
        long untilMs = Math.min(ms(timeline.at(lastEmptyNanos)), overMs);
        if (untilMs - endMs > LONGEST_FILL_MS) {
            losses.add(GapReason.NOTHING_SENT, endMs, untilMs);
        }
    }

    /** Where on the timeline; 0 where it never happened. */
    private long timeOf(long nanos) {
        return nanos == 0 ? 0 : ms(timeline.at(nanos));
    }

    private void tellLosses(long now) {
        if (losses.isDue(now)) {
            guarded(() -> losses.tell(now));
        }
    }

    private void fill(long from, long to) {
        int longest = (int) timeline.samples(FILL_MS);
        for (long start = from; start < to; start += longest) {
            int bytes = (int) Math.min(longest, to - start) * format.decoder().bytesPerSample();
            Arrays.fill(frame.encoded(), 0, bytes, format.decoder().silence());
            emit(start, bytes);
        }
    }

    private void emit(long start, int encodedLength) {
        int length = format.decoder().decode(frame.encoded(), encodedLength, frame.samples());
        frame.filled(start, length, encodedLength);
        try {
            consumer.frame(frame);
        } catch (RuntimeException | Error e) {
            tellFailure(e);
        }
    }

    private void guarded(Runnable call) {
        try {
            call.run();
        } catch (RuntimeException | Error e) {
            tellFailure(e);
        }
    }

    private void tellFailure(Throwable failure) {
        long now = nanoClock.getAsLong();
        if (now - nextFailureLogNanos >= 0) {
            nextFailureLogNanos = now + LOG_EVERY_NANOS;
            log.atError().setCause(failure).log("audio consumer failed, reception goes on");
        }
    }
}
