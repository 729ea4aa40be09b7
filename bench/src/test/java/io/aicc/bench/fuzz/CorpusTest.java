package io.aicc.bench.fuzz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What once was worth keeping, tried again, with every beginning of it and with bytes of it changed. */
class CorpusTest {
    private static final int CHANGED = 300;

    @ParameterizedTest
    @EnumSource
    void everyInputIsReadOrRefusedAndNothingElse(FuzzTarget target) throws Exception {
        List<byte[]> inputs = Corpus.of(target);
        assertThat(inputs).hasSizeGreaterThan(3);
        Random random = new Random(4711);
        for (byte[] input : inputs) {
            assertReads(target, input);
            for (int length = 0; length < input.length; length += 1 + input.length / 100) {
                assertReads(target, Arrays.copyOf(input, length));
            }
            for (int i = 0; i < CHANGED; i++) {
                byte[] changed = input.clone();
                for (int j = random.nextInt(3); j >= 0 && changed.length > 0; j--) {
                    changed[random.nextInt(changed.length)] = (byte) random.nextInt();
                }
                assertReads(target, changed);
            }
        }
    }

    private static void assertReads(FuzzTarget target, byte[] input) {
        assertThatCode(() -> target.read(input))
                .as(() -> target + " " + java.util.HexFormat.of().formatHex(input))
                .doesNotThrowAnyException();
    }
}
