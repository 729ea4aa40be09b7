package io.aicc.demo.script;

import io.aicc.crd.Codec;
import io.aicc.worker.audio.PayloadDecoder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** A recording as the telephone would carry it: linear, 16 bit, mono, 8 kHz. */
public final class Recording {
    /** Samples a second. */
    public static final int SAMPLE_RATE_HZ = 8_000;

    private static final int MIN_RATE_HZ = 8_000;
    private static final int MAX_RATE_HZ = 48_000;

    /** Ten minutes of the widest format. */
    private static final long MAX_BYTES = 10L * 60 * MAX_RATE_HZ * 2;

    private final short[] samples;

    private Recording(short[] samples) {
        this.samples = samples;
    }

    /** The samples themselves, not to be written. */
    public short[] samples() {
        return samples;
    }

    /** Length in milliseconds. */
    public long durationMs() {
        return samples.length * 1000L / SAMPLE_RATE_HZ;
    }

    /**
     * Reads a WAV file: mono, 8 to 48 kHz, 16 bit linear, µ-law or A-law, at most ten minutes.
     *
     * @throws ScriptException when it is anything else; the message says what
     */
    public static Recording read(Path file) throws ScriptException {
        byte[] bytes;
        try {
            long size = Files.size(file);
            if (size > MAX_BYTES) {
                throw new ScriptException("%s is too long: %,d bytes, at most %,d".formatted(file, size, MAX_BYTES));
            }
            bytes = Files.readAllBytes(file);
        } catch (IOException e) {
            throw new ScriptException("%s cannot be read: %s".formatted(file, e), e);
        }
        try {
            return parse(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN));
        } catch (ScriptException e) {
            throw new ScriptException("%s: %s".formatted(file, e.getMessage()), e);
        }
    }

    /**
     * Reads the RIFF chunks of a WAV file. Pieces of programs that write while they record are forgiven: a data chunk that
     * claims more bytes than there are ends with the file.
     *
     * <pre>
     *  "RIFF" size "WAVE"  then chunks:  id(4) size(4) body(size, padded to even)
     *  "fmt ": format(2) channels(2) rate(4) bytes/s(4) block(2) bits(2) [...]
     *  "data": samples
     * </pre>
     */
    static Recording parse(ByteBuffer wav) throws ScriptException {
        if (wav.remaining() < 12 || !tag(wav).equals("RIFF")) {
            throw new ScriptException("not a WAV file");
        }
        wav.getInt(); // the length of it all, which some programs never fill in
        if (!tag(wav).equals("WAVE")) {
            throw new ScriptException("not a WAV file");
        }
        Format format = null;
        while (wav.remaining() >= 8) {
            String id = tag(wav);
            long size = Integer.toUnsignedLong(wav.getInt());
            int here = (int) Math.min(size, wav.remaining());
            ByteBuffer body = wav.slice(wav.position(), here).order(ByteOrder.LITTLE_ENDIAN);
            if (id.equals("fmt ")) {
                format = Format.parse(body);
            } else if (id.equals("data")) {
                if (format == null) {
                    throw new ScriptException("samples come before the format");
                }
                return format.decode(body);
            }
            wav.position((int) Math.min(wav.limit(), wav.position() + here + (size & 1)));
        }
        throw new ScriptException("no samples in it");
    }

    private static String tag(ByteBuffer wav) {
        byte[] tag = new byte[4];
        wav.get(tag);
        return new String(tag, StandardCharsets.ISO_8859_1);
    }

    private record Format(int encoding, int rateHz) {
        private static final int LINEAR = 1;
        private static final int A_LAW = 6;
        private static final int MU_LAW = 7;
        private static final int EXTENSIBLE = 0xFFFE;

        static Format parse(ByteBuffer body) throws ScriptException {
            if (body.remaining() < 16) {
                throw new ScriptException("format chunk is too short: %d < 16 bytes".formatted(body.remaining()));
            }
            int encoding = Short.toUnsignedInt(body.getShort(0));
            int channels = Short.toUnsignedInt(body.getShort(2));
            long rateHz = Integer.toUnsignedLong(body.getInt(4));
            int bits = Short.toUnsignedInt(body.getShort(14));
            if (encoding == EXTENSIBLE && body.remaining() >= 26) {
                encoding = Short.toUnsignedInt(body.getShort(24)); // the first two bytes of the sub-format's GUID
            }
            boolean readable = encoding == LINEAR ? bits == 16 : (encoding == A_LAW || encoding == MU_LAW) && bits == 8;
            if (!readable) {
                throw new ScriptException("expected 16 bit linear, µ-law or A-law samples, got format %d with %d bits"
                        .formatted(encoding, bits));
            }
            if (channels != 1) {
                throw new ScriptException("expected one channel (one speaker), got %d".formatted(channels));
            }
            if (rateHz < MIN_RATE_HZ || rateHz > MAX_RATE_HZ) {
                throw new ScriptException("expected %d to %d Hz, got %d".formatted(MIN_RATE_HZ, MAX_RATE_HZ, rateHz));
            }
            return new Format(encoding, (int) rateHz);
        }

        Recording decode(ByteBuffer body) throws ScriptException {
            short[] samples;
            if (encoding == LINEAR) {
                samples = new short[body.remaining() / 2];
                body.asShortBuffer().get(samples);
            } else {
                byte[] codes = new byte[body.remaining()];
                body.get(codes);
                samples = new short[codes.length];
                PayloadDecoder.of(encoding == MU_LAW ? Codec.ULAW : Codec.ALAW).decode(codes, codes.length, samples);
            }
            short[] telephone = Resampler.toTelephone(samples, rateHz);
            if (telephone.length == 0) { // none at all, or so few that not one is left at the lower rate
                throw new ScriptException("no samples in it");
            }
            return new Recording(telephone);
        }
    }
}
