package io.aicc.worker.audio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.aicc.crd.Codec;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class G711Test {
    /**
     * Decision values of the µ-law, G.711 table 2a: the segments end at 31, 95, 223 and so on, each with 16 steps twice as wide
     * as those of the segment before. Walking up step by step, a code stands for the middle between two decision values; the
     * first step is half a step wide and stands for zero.
     */
    @Test
    void muLawMatchesAWalkOverItsDecisionValues() {
        short[] walked = new short[256];
        int lower = -1;
        for (int index = 0; index < 128; index++) {
            int width = 2 << index / 16;
            int upper = lower + width;
            int middle = (lower + upper) / 2;
            walked[0xFF - index] = (short) (4 * middle);
            walked[0x7F - index] = (short) (-4 * middle);
            lower = upper;
        }

        assertThat(decodeAll(Codec.ULAW)).isEqualTo(walked);
    }

    /** Decision values of the A-law, G.711 table 1a: two segments with steps of 2, then each twice as wide as the one before. */
    @Test
    void aLawMatchesAWalkOverItsDecisionValues() {
        short[] walked = new short[256];
        int lower = 0;
        for (int index = 0; index < 128; index++) {
            int width = 2 << Math.max(0, index / 16 - 1);
            int middle = lower + width / 2;
            walked[(0x80 | index) ^ 0x55] = (short) (8 * middle);
            walked[index ^ 0x55] = (short) (-8 * middle);
            lower += width;
        }

        assertThat(decodeAll(Codec.ALAW)).isEqualTo(walked);
    }

    @ParameterizedTest
    @CsvSource({
        "ULAW, 0x00, -32124",
        "ULAW, 0x80, 32124",
        "ULAW, 0xFF, 0",
        "ULAW, 0x7F, 0",
        "ULAW, 0xF0, 120",
        "ULAW, 0xEF, 132",
        "ALAW, 0x2A, -32256",
        "ALAW, 0xAA, 32256",
        "ALAW, 0xD5, 8",
        "ALAW, 0x55, -8",
        "ALAW, 0xD4, 24",
        "ALAW, 0x80, 5504",
        "ALAW, 0x85, 4224"
    })
    void knownCodesGiveKnownSamples(Codec codec, String code, short sample) {
        assertThat(decodeAll(codec)[Integer.decode(code)]).isEqualTo(sample);
    }

    /** The digital milliwatt of G.711 tables 5 and 6: a 1 kHz sine, eight codes for ever. */
    @Test
    void bothLawsAgreeOnTheDigitalMilliwatt() {
        byte[] muLaw = {0x1E, 0x0B, 0x0B, 0x1E, (byte) 0x9E, (byte) 0x8B, (byte) 0x8B, (byte) 0x9E};
        byte[] aLaw = {0x34, 0x21, 0x21, 0x34, (byte) 0xB4, (byte) 0xA1, (byte) 0xA1, (byte) 0xB4};
        short[] fromMuLaw = new short[8];
        short[] fromALaw = new short[8];

        PayloadDecoder.of(Codec.ULAW).decode(muLaw, 8, fromMuLaw);
        PayloadDecoder.of(Codec.ALAW).decode(aLaw, 8, fromALaw);

        for (int i = 0; i < 8; i++) {
            double sine = -22_322 * Math.sin(Math.PI / 8 + i * Math.PI / 4); // peak 3.14 dB under full scale
            assertThat((double) fromMuLaw[i]).isCloseTo(sine, within(600.0));
            assertThat((double) fromALaw[i]).isCloseTo(sine, within(600.0));
        }
    }

    @Test
    void silenceIsTheQuietestCodeOfEachEncoding() {
        assertThat(decodeAll(Codec.ULAW)[PayloadDecoder.of(Codec.ULAW).silence() & 0xFF])
                .isZero();
        assertThat(decodeAll(Codec.ALAW)[PayloadDecoder.of(Codec.ALAW).silence() & 0xFF])
                .isEqualTo((short) 8);
        assertThat(PayloadDecoder.of(Codec.L16_16K).silence()).isZero();
    }

    @Test
    void linearSamplesComeMostSignificantByteFirst() {
        byte[] payload = {0x12, 0x34, (byte) 0xFF, (byte) 0xFE, (byte) 0x80, 0x00, 0x00, (byte) 0x80};
        short[] samples = new short[4];

        assertThat(PayloadDecoder.of(Codec.L16_16K).decode(payload, 8, samples)).isEqualTo(4);

        assertThat(samples).containsExactly((short) 0x1234, (short) -2, Short.MIN_VALUE, (short) 128);
    }

    private static short[] decodeAll(Codec codec) {
        byte[] codes = new byte[256];
        IntStream.range(0, 256).forEach(code -> codes[code] = (byte) code);
        short[] samples = new short[256];
        PayloadDecoder.of(codec).decode(codes, 256, samples);
        return samples;
    }
}
