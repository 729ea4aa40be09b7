package io.aicc.operator.ari.link;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class BackoffTest {
    private final Backoff backoff =
            new Backoff(Duration.ofMillis(500), Duration.ofSeconds(15), new SplittableRandom(7));

    @Property
    void neverWaitsLongerThanItsLimit(@ForAll @IntRange(min = 1) int attempt) {
        assertThat(backoff.before(attempt)).isBetween(Duration.ZERO, Duration.ofSeconds(15));
    }

    @Test
    void theFirstWaitIsShort() {
        assertThat(backoff.before(1)).isLessThanOrEqualTo(Duration.ofMillis(500));
    }
}
