package io.aicc.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ProcessorTimeTest {
    @Test
    void whatIsStolenIsAShareOfWhatWasWanted() {
        ProcessorTime before = ProcessorTime.of("cpu  100 20 30 9000 40 5 5 40 0 0\ncpu0 1 1 1 1 1 1 1 1 0 0\n");
        ProcessorTime after = ProcessorTime.of("cpu  160 20 40 9500 90 5 5 70 60 0\ncpu0 1 1 1 1 1 1 1 1 0 0\n");

        assertThat(before).isEqualTo(new ProcessorTime(200, 40));
        assertThat(after.stolenPercentSince(before)).isEqualTo(30.0);
    }

    @Test
    void aMachineThatSaysNothingHasNothingStolen() {
        assertThat(ProcessorTime.of("").stolenPercentSince(ProcessorTime.of("")))
                .isZero();
    }

    @Test
    void thisMachineTells() {
        assertThat(ProcessorTime.now().wanted()).isPositive();
    }
}
