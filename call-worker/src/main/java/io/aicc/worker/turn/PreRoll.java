package io.aicc.worker.turn;

import io.aicc.worker.audio.AudioFrame;
import java.util.function.Consumer;

/** The last moments of audio that nobody has been given yet, in a ring of fixed size. Not thread-safe. */
final class PreRoll {
    private static final int FRAME_MS = 20;

    private final AudioFrame frame;
    private final int bytesPerSample;
    private final short[] samples;
    private final byte[] encoded;
    private long end;
    private int length;

    /** Keeps so many milliseconds of audio like the given one. */
    PreRoll(AudioFrame like, int ms) {
        frame = new AudioFrame(like.codec());
        bytesPerSample = like.encodedLength() / like.length();
        samples = new short[ms * like.sampleRateHz() / 1000];
        encoded = new byte[samples.length * bytesPerSample];
    }

    /** Keeps a frame that follows the one before; the oldest audio makes room. */
    void keep(AudioFrame next) {
        for (int done = 0, run; done < next.length(); done += run) {
            int slot = slot(next.startSample() + done);
            run = Math.min(next.length() - done, samples.length - slot);
            System.arraycopy(next.samples(), done, samples, slot, run);
            copyEncoded(next.encoded(), done, encoded, slot, run);
        }
        end = next.startSample() + next.length();
        length = Math.min(samples.length, length + next.length());
    }

    /** Start of what is kept, on the session's timeline. */
    long startMs() {
        return start() * 1000 / frame.sampleRateHz();
    }

    /** Hands everything over, oldest first, and keeps nothing. */
    void drainTo(Consumer<AudioFrame> consumer) {
        int step = FRAME_MS * frame.sampleRateHz() / 1000;
        for (long position = start(); position < end; position += step) {
            int count = (int) Math.min(step, end - position);
            for (int done = 0, run; done < count; done += run) {
                int slot = slot(position + done);
                run = Math.min(count - done, samples.length - slot);
                System.arraycopy(samples, slot, frame.samples(), done, run);
                copyEncoded(encoded, slot, frame.encoded(), done, run);
            }
            frame.filled(position, count, count * bytesPerSample);
            consumer.accept(frame);
        }
        clear();
    }

    void clear() {
        length = 0;
    }

    private void copyEncoded(byte[] from, int fromSample, byte[] to, int toSample, int count) {
        System.arraycopy(from, fromSample * bytesPerSample, to, toSample * bytesPerSample, count * bytesPerSample);
    }

    private long start() {
        return end - length;
    }

    private int slot(long position) {
        return (int) (position % samples.length);
    }
}
