package io.aicc.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TrendTest {
    @Test
    void whatGrowsAtTheBeginningOnlyIsConstant() {
        assertThat(judged(minute -> Math.min(minute, 20))).isTrue();
    }

    @Test
    void whatGrowsAllTheTimeIsNot() {
        assertThat(judged(minute -> 100 + minute)).isFalse();
    }

    @Test
    void whatNobodySawIsNot() {
        Report report = Report.of("test", Map.of());
        new Trend("", "", "").judge(report, "memory");

        assertThat(report.goals()).extracting(Report.Goal::reached).containsExactly(false);
    }

    private interface Memory {
        double at(int minute);
    }

    private static boolean judged(Memory memory) {
        Trend trend = new Trend("", "", "");
        IntStream.rangeClosed(0, 100).forEach(minute -> trend.add("memory", minute, memory.at(minute)));
        Report report = Report.of("test", Map.of());
        trend.judge(report, "memory");
        return List.copyOf(report.goals()).getFirst().reached();
    }
}
