package io.aicc.operator.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class LateTriesTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final Duration LONGEST = Duration.ofSeconds(30);

    private final LateTries tries = new LateTries();

    @Test
    void aCallIsTriedForSoLongHoweverOftenThatIsAsked() {
        for (int second = 0; second < 30; second++) {
            assertThat(tries.goesOn("s-1", NOW.plusSeconds(second), LONGEST)).isTrue();
        }
        assertThat(tries.goesOn("s-1", NOW.plusSeconds(30), LONGEST)).isFalse();
        assertThat(tries.goesOn("s-2", NOW.plusSeconds(30), LONGEST)).isTrue();
    }

    @Test
    void ofACallThatIsGoneNothingIsKept() {
        assertThat(tries.goesOn("s-1", NOW, LONGEST)).isTrue();
        assertThat(tries.made("s-1")).isTrue();
        tries.forget("s-1");
        assertThat(tries.made("s-1")).isFalse();
    }
}
