package io.aicc.bench.stt;

import io.aicc.crd.Codec;
import io.aicc.demo.player.MuLaw;
import io.aicc.worker.audio.AudioFrame;
import io.aicc.worker.audio.PayloadDecoder;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/** A speaker on the telephone: a recording as µ-law, in frames of 20 ms. */
final class Voice {
    private static final int FRAME = 160;
    private static final Duration FRAME_TIME = Duration.ofMillis(20);

    private final byte[] codes;

    Voice(short[] recording) {
        codes = MuLaw.encode(recording);
    }

    /** Speaks to the end, in real time; the frame is only valid during the call. */
    void speakTo(Consumer<AudioFrame> listener) {
        AudioFrame frame = new AudioFrame(Codec.ULAW);
        long due = System.nanoTime();
        for (int from = 0; from < codes.length; from += FRAME) {
            fill(frame, from);
            listener.accept(frame);
            due += FRAME_TIME.toNanos();
            for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
                LockSupport.parkNanos(left);
            }
        }
    }

    private void fill(AudioFrame frame, int from) {
        int length = Math.min(FRAME, codes.length - from);
        System.arraycopy(codes, from, frame.encoded(), 0, length);
        int samples = PayloadDecoder.of(Codec.ULAW).decode(frame.encoded(), length, frame.samples());
        frame.filled(from, samples, length);
    }
}
