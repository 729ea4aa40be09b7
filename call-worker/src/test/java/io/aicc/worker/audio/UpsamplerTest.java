package io.aicc.worker.audio;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UpsamplerTest {
    private static final int DELAY = 31;
    private static final double AMPLITUDE = 16_000;

    @ParameterizedTest
    @ValueSource(ints = {300, 440, 1000, 1700, 2000, 2600, 3000, 3200, 3400})
    void tonesOfTheTelephoneBandKeepSeventyDecibels(int hz) {
        short[] in = new short[8000];
        for (int i = 0; i < in.length; i++) {
            in[i] = (short) Math.round(AMPLITUDE * Math.sin(2 * Math.PI * hz * i / 8000));
        }
        short[] out = new short[16_000];

        assertThat(new Upsampler().process(in, in.length, out)).isEqualTo(out.length);

        double error = 0;
        int counted = 0;
        for (int i = 200; i < out.length; i++) {
            double wanted = AMPLITUDE * Math.sin(2 * Math.PI * hz * (i - DELAY) / 16_000.0);
            error += Math.pow(out[i] - wanted, 2);
            counted++;
        }
        double signalToNoise = 10 * Math.log10(AMPLITUDE * AMPLITUDE / 2 / (error / counted));
        assertThat(signalToNoise).as("dB at %s Hz", hz).isGreaterThan(70);
    }

    @Property(tries = 50)
    void piecesGiveTheSameAsTheWhole(@ForAll @IntRange(min = 1, max = 400) int piece, @ForAll long seed) {
        short[] in = noise(seed, 1000);
        short[] whole = new short[2000];
        new Upsampler().process(in, in.length, whole);

        Upsampler upsampler = new Upsampler();
        short[] joined = new short[2000];
        short[] out = new short[2 * piece];
        for (int from = 0; from < in.length; from += piece) {
            short[] part = Arrays.copyOfRange(in, from, Math.min(in.length, from + piece));
            int written = upsampler.process(part, part.length, out);
            System.arraycopy(out, 0, joined, 2 * from, written);
        }

        assertThat(joined).isEqualTo(whole);
    }

    @Test
    void steadyLevelStaysAsItIs() {
        short[] in = new short[100];
        Arrays.fill(in, (short) 12_345);
        short[] out = new short[200];

        new Upsampler().process(in, in.length, out);

        assertThat(Arrays.copyOfRange(out, 64, 200)).containsOnly((short) 12_345);
    }

    @Test
    void overshootIsClippedInsteadOfTurningOver() {
        short[] in = new short[64];
        for (int i = 0; i < in.length; i++) {
            in[i] = i / 4 % 2 == 0 ? Short.MAX_VALUE : Short.MIN_VALUE;
        }
        short[] out = new short[128];

        new Upsampler().process(in, in.length, out);

        for (int i = 64; i < out.length - 2; i += 2) {
            boolean betweenTwoHighs = out[i - 1] > 30_000 && out[i + 1] > 30_000;
            assertThat(!betweenTwoHighs || out[i] > 0).isTrue();
        }
        assertThat(out).contains(Short.MAX_VALUE, Short.MIN_VALUE);
    }

    @Test
    void resetForgetsTheStreamSoFar() {
        short[] in = noise(7, 160);
        short[] first = new short[320];
        short[] second = new short[320];
        Upsampler upsampler = new Upsampler();

        upsampler.process(in, in.length, first);
        upsampler.reset();
        upsampler.process(in, in.length, second);

        assertThat(second).isEqualTo(first);
    }

    private static short[] noise(long seed, int length) {
        Random random = new Random(seed);
        short[] samples = new short[length];
        for (int i = 0; i < length; i++) {
            samples[i] = (short) random.nextInt();
        }
        return samples;
    }
}
