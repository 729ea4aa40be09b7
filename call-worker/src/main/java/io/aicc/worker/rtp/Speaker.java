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

    private static final long TICK_NANOS = 50_000_000;
    /** Packets come every 20 ms; the third one missing is noticed. */
    private static final long IDLE_AFTER_NANOS = 60_000_000;

    private static final long REPORTED_LOSS_MS = 100;
    private static final long LONGEST_FILL_MS = 2000;
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
        losses = new Losses(consumer, lastHeardNanos);
        nextFailureLogNanos = lastHeardNanos;
    }

    /** Works until the ring has ended and everything in it was consumed, or until interrupted. */
    void run() {
        while (!ring.isFinished() && !Thread.currentThread().isInterrupted()) {
            if (!work()) {
                ring.await(TICK_NANOS);
            }
        }
        guarded(() -> losses.tell(nanoClock.getAsLong()));
        guarded(consumer::end);
    }

    /** Consumes one packet, or notices that there is none; returns whether there was one. */
    boolean work() {
        MediaPacket packet = ring.peek();
        if (packet == null) {
            long now = nanoClock.getAsLong();
            tellLosses(now);
            if (now - lastHeardNanos >= IDLE_AFTER_NANOS) {
                long nowMs = timeline.at(now) * 1000 / frame.sampleRateHz();
                guarded(() -> consumer.idle(nowMs));
            }
            return false;
        }
        hear(packet);
        ring.release();
        lastHeardNanos = nanoClock.getAsLong();
        return true;
    }

    private void hear(MediaPacket packet) {
        int length = format.samplesIn(packet.payloadLength);
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

    private void noteLoss(MediaPacket packet, int length, long end, long start) {
        long lostMs = (long) packet.lostBefore * length * 1000 / frame.sampleRateHz();
        if (packet.overloadBefore || lostMs >= REPORTED_LOSS_MS) {
            GapReason reason = packet.overloadBefore ? GapReason.OVERLOAD : GapReason.PACKETS_LOST;
            losses.add(reason, end * 1000 / frame.sampleRateHz(), start * 1000 / frame.sampleRateHz());
        }
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
