package io.aicc.operator.ari.call;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class AloneTest {
    private static final Duration LONGEST = Duration.ofSeconds(30);
    private static final Instant START = Instant.EPOCH.plusSeconds(100);

    private Instant now = START;
    private Instant heard = START;
    private final Alone alone = new Alone(LONGEST, () -> now, () -> heard);

    @Test
    void whoIsNotAloneIsNotWaitedFor() {
        alone.see(false);
        assertThat(alone.left()).isEmpty();
    }

    @Test
    void itIsLookedAgainWhenTheTimeIsOver() {
        alone.see(true);
        pass(10);
        alone.see(true);
        assertThat(alone.left()).contains(Duration.ofSeconds(20));
        pass(20);
        assertThat(alone.left()).contains(Duration.ZERO);
    }

    @Test
    void timeInWhichThePbxIsNotHeardProvesNothing() {
        alone.see(true);
        now = now.plusSeconds(3600);
        assertThat(alone.left().orElseThrow()).isPositive();
        heard = START.plus(LONGEST).minusMillis(1);
        assertThat(alone.left().orElseThrow()).isPositive();
        heard = START.plus(LONGEST);
        assertThat(alone.left()).contains(Duration.ZERO);
    }

    @Test
    void whoeverCameBeginsTheTimeAnew() {
        alone.see(true);
        pass(29);
        alone.see(false);
        assertThat(alone.left()).isEmpty();
        alone.see(true);
        pass(29);
        assertThat(alone.left()).contains(Duration.ofSeconds(1));
    }

    private void pass(int seconds) {
        now = now.plusSeconds(seconds);
        heard = now;
    }
}
