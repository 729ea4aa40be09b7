package io.aicc.operator.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class GracePeriodsTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final Duration LONGEST = Duration.ofSeconds(30);

    private final GracePeriods grace = new GracePeriods();

    @Test
    void aCallIsTriedForSoLongHoweverOftenThatIsAsked() {
        for (int second = 0; second < 30; second++) {
            assertThat(grace.lasts("s-1", NOW.plusSeconds(second), LONGEST)).isTrue();
        }
        assertThat(grace.lasts("s-1", NOW.plusSeconds(30), LONGEST)).isFalse();
        assertThat(grace.lasts("s-2", NOW.plusSeconds(30), LONGEST)).isTrue();
    }

    @Test
    void ofACallThatIsGoneNothingIsKept() {
        assertThat(grace.lasts("s-1", NOW, LONGEST)).isTrue();
        assertThat(grace.given("s-1")).isTrue();
        grace.forget("s-1");
        assertThat(grace.given("s-1")).isFalse();
    }
}
