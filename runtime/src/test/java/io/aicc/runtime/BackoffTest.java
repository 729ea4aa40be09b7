package io.aicc.runtime;

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

    @Property
    void isBoundedHoweverOftenItFailed(@ForAll @IntRange(min = 1) int failures) {
        assertThat(new Backoff(FIRST, LONGEST, new SplittableRandom(7)).after(failures))
                .isBetween(Duration.ZERO, LONGEST);
    }

    private static List<Long> waits(SplittableRandom random, int failuresBefore) {
        Backoff backoff = new Backoff(FIRST, LONGEST, random);
        return IntStream.range(0, WORKERS)
                .mapToLong(_ -> backoff.after(failuresBefore + 1).toMillis())
                .boxed()
                .toList();
    }
}
