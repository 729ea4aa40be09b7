package io.aicc.worker.audio;

import io.aicc.crd.Codec;

/**
 * A piece of one speaker's audio, usually 20 ms, both as it travelled and decoded: engines that accept the call's own
 * encoding get it untouched. Frames of a speaker follow each other without a hole; what never arrived is silence.
 *
 * <p>One instance is filled again and again by its producer, so that the media path allocates nothing: whoever wants to keep
 * audio beyond the call it was handed over in copies it. Not thread-safe.
 */
public final class AudioFrame {
    /** Longest frame: 60 ms at 16 kHz. */
    public static final int MAX_SAMPLES = 960;

    private final Codec codec;
    private final int sampleRateHz;
    private final short[] samples = new short[MAX_SAMPLES];
    private final byte[] encoded = new byte[2 * MAX_SAMPLES];
    private long startSample;
    private int length;
    private int encodedLength;

    public AudioFrame(Codec codec) {
        this.codec = codec;
        this.sampleRateHz = codec == Codec.L16_16K ? 16_000 : 8_000;
    }

    public Codec codec() {
        return codec;
    }

    /** Samples a second: 8,000 or 16,000. */
    public int sampleRateHz() {
        return sampleRateHz;
    }

    /** Linear samples, signed 16 bit, valid up to {@link #length()}. Not to be written by consumers. */
    public short[] samples() {
        return samples;
    }

    /** Number of samples. */
    public int length() {
        return length;
    }

    /** The payload as it travelled, valid up to {@link #encodedLength()}. Not to be written by consumers. */
    public byte[] encoded() {
        return encoded;
    }

    /** Number of payload bytes. */
    public int encodedLength() {
        return encodedLength;
    }

    /** Samples of this speaker before this frame, since the session became ready. */
    public long startSample() {
        return startSample;
    }

    /** Start of the frame on the session's timeline, milliseconds. */
    public long startMs() {
        return startSample * 1000 / sampleRateHz;
    }

    /** End of the frame on the session's timeline, milliseconds. */
    public long endMs() {
        return (startSample + length) * 1000 / sampleRateHz;
    }

    /** For the producer: says what the two arrays now hold. */
    public void filled(long newStartSample, int newLength, int newEncodedLength) {
        startSample = newStartSample;
        length = newLength;
        encodedLength = newEncodedLength;
    }
}
