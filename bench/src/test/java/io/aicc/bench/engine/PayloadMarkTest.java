package io.aicc.bench.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.aicc.demo.player.MuLaw;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PayloadMarkTest {
    private static final int SAMPLES = 160;

    @ParameterizedTest
    @ValueSource(longs = {1, 17, 0x0123_4567_89AB_CDEFL, Long.MAX_VALUE})
    void everyPacketOfATrackCarriesTheNumberThroughTheCodec(long number) {
        short[] track = new short[2 * SAMPLES];
        Arrays.fill(track, (short) 12_345);

        PayloadMark.mark(track, SAMPLES, number);

        byte[] encoded = MuLaw.encode(track);
        assertThat(PayloadMark.read(encoded)).isEqualTo(number);
        assertThat(PayloadMark.read(Arrays.copyOfRange(encoded, SAMPLES, 2 * SAMPLES)))
                .isEqualTo(number);
    }

    @Test
    void aMomentIsReadAsItWasWritten() {
        long now = System.nanoTime();
        ByteBuffer payload = ByteBuffer.allocate(SAMPLES);

        PayloadMark.put(payload, now);

        assertThat(PayloadMark.read(payload.array())).isEqualTo(now);
    }

    @Test
    void neitherSilenceNorSpeechIsAMark() {
        short[] speech = new short[SAMPLES];
        Arrays.fill(speech, (short) 1_000);

        assertThat(PayloadMark.read(MuLaw.encode(new short[SAMPLES]))).isEqualTo(PayloadMark.NONE);
        assertThat(PayloadMark.read(MuLaw.encode(speech))).isEqualTo(PayloadMark.NONE);
    }
}
