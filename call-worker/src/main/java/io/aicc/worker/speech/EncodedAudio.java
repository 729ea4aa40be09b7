package io.aicc.worker.speech;

import io.aicc.crd.Codec;
import io.aicc.worker.audio.AudioFrame;
import io.aicc.worker.audio.PayloadDecoder;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * A speaker's audio as it travelled, kept until it is recognised: grows at its end, is forgotten from its start. Places in it
 * are bytes from the very first one on, forgotten ones included. Not thread-safe.
 */
public final class EncodedAudio {
    private static final int FRAME_MS = 20;

    private final Codec codec;
    private final int sampleRateHz;
    private byte[] bytes = new byte[8 * 1024];
    private long start;
    private int length;

    public EncodedAudio(Codec codec, int sampleRateHz) {
        this.codec = codec;
        this.sampleRateHz = sampleRateHz;
    }

    public Codec codec() {
        return codec;
    }

    /** Samples a second: 8,000 or 16,000. */
    public int sampleRateHz() {
        return sampleRateHz;
    }

    /** Place of the first byte that is still kept. */
    public long start() {
        return start;
    }

    /** Place after the last byte. */
    public long end() {
        return start + length;
    }

    /** How much of it is kept, milliseconds. */
    public int keptMs() {
        return length / bytesPerMs();
    }

    public int bytesPerMs() {
        return PayloadDecoder.of(codec).bytesPerSample() * sampleRateHz / 1000;
    }

    public void append(AudioFrame frame) {
        append(frame.encoded(), 0, frame.encodedLength());
    }

    public void append(byte[] more, int offset, int count) {
        if (length + count > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(length + count, 2 * bytes.length));
        }
        System.arraycopy(more, offset, bytes, length, count);
        length += count;
    }

    /** Lets go of everything before a place; of nothing when that is gone already, of all there is when it is yet to come. */
    public void forgetBefore(long place) {
        int gone = (int) Math.clamp(place - start, 0, length);
        System.arraycopy(bytes, gone, bytes, 0, length - gone);
        start += gone;
        length -= gone;
    }

    /** The bytes between two places that are kept. */
    public byte[] copy(long from, long to) {
        return Arrays.copyOfRange(bytes, (int) (from - start), (int) (to - start));
    }

    /** What is kept, as audio of its own that begins at 0. */
    public EncodedAudio rest() {
        EncodedAudio rest = new EncodedAudio(codec, sampleRateHz);
        rest.append(bytes, 0, length);
        return rest;
    }

    /** Decodes what is kept, piece by piece; the frame is only valid during the call. */
    public void decodeTo(Consumer<AudioFrame> consumer) {
        PayloadDecoder decoder = PayloadDecoder.of(codec);
        AudioFrame frame = new AudioFrame(codec);
        int step = FRAME_MS * bytesPerMs();
        for (int from = 0; from < length; from += step) {
            int count = Math.min(step, length - from);
            System.arraycopy(bytes, from, frame.encoded(), 0, count);
            int samples = decoder.decode(frame.encoded(), count, frame.samples());
            frame.filled((start + from) / decoder.bytesPerSample(), samples, count);
            consumer.accept(frame);
        }
    }
}
