package io.aicc.worker.publish;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class BackoffTest {
    private static final Duration FIRST = Duration.ofMillis(100);
    private static final Duration LONGEST = Duration.ofSeconds(5);
    private static final int WORKERS = 400;

    @Property(tries = 100)
    void waitsAreSpreadOverAllUpToABoundThatDoublesToItsCap(
            @ForAll long seed, @ForAll @IntRange(max = 100) int failuresBefore) {
        long bound = failuresBefore >= 6 ? 5_000 : 100L << failuresBefore;

        List<Long> waits = waits(new SplittableRandom(seed), failuresBefore);

        assertThat(waits).allSatisfy(wait -> assertThat(wait).isBetween(0L, bound));
        // Each tenth of the bound has its share of workers: 40, and 6 is the standard deviation.
        for (int tenth = 0; tenth < 10; tenth++) {
            long from = tenth * bound / 10;
            long to = from + bound / 10;
            assertThat(waits).filteredOn(wait -> wait >= from && wait < to).hasSizeBetween(4, 76);
        }
    }

    @Property(tries = 100)
    void aSuccessMakesTheNextWaitAFirstOneAgain(@ForAll long seed, @ForAll @IntRange(max = 100) int failuresBefore) {
        Backoff backoff = failedBefore(new SplittableRandom(seed), failuresBefore);

        backoff.succeeded();

        assertThat(backoff.failed()).isBetween(0L, FIRST.toMillis());
        assertThat(backoff.failed()).isBetween(0L, 2 * FIRST.toMillis());
    }

    private static List<Long> waits(SplittableRandom random, int failuresBefore) {
        return IntStream.range(0, WORKERS)
                .mapToLong(_ -> failedBefore(random, failuresBefore).failed())
                .boxed()
                .toList();
    }

    private static Backoff failedBefore(SplittableRandom random, int times) {
        Backoff backoff = new Backoff(FIRST, LONGEST, random);
        for (int i = 0; i < times; i++) {
            backoff.failed();
        }
        return backoff;
    }
}
