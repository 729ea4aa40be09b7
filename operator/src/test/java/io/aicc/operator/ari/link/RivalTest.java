package io.aicc.operator.ari.link;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class RivalTest {
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final Duration LONG = Duration.ofHours(1);

    private final Rival rival = new Rival();

    @Test
    void asLongAsItIsThereItsPlaceIsItsOwn() {
        rival.came(LONG);
        for (int look = 0; look < 10_000; look++) {
            assertThat(rival.left(true)).isFalse();
        }
    }

    @Test
    void oneThatOnlyLostItsConnectionFindsItsPlaceFree() {
        rival.came(LONG);
        for (int look = 1; look < Rival.FIRST_LOOKS; look++) {
            assertThat(rival.left(false)).isFalse();
        }
        assertThat(rival.left(true)).isFalse();
        assertThat(looksUntilOurs()).isEqualTo(Rival.FIRST_LOOKS);
    }

    @Test
    void whoeverIsReplacedAgainAndAgainWaitsLongerEachTimeUpToALimit() {
        rival.came(LONG);
        int before = looksUntilOurs();
        for (int times = 0; times < 4; times++) {
            rival.came(SOON);
            assertThat(looksUntilOurs()).isEqualTo(before *= 2);
        }
        for (int times = 0; times < 100; times++) {
            rival.came(SOON);
        }
        assertThat(looksUntilOurs()).isEqualTo(Rival.MOST_LOOKS);
        rival.came(LONG);
        assertThat(looksUntilOurs()).as("after a long peace").isEqualTo(Rival.FIRST_LOOKS);
    }

    private int looksUntilOurs() {
        for (int looks = 1; looks <= 2 * Rival.MOST_LOOKS; looks++) {
            if (rival.left(false)) {
                return looks;
            }
        }
        throw new AssertionError("never");
    }
}
