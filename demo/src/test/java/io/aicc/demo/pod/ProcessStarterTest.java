package io.aicc.demo.pod;

import static org.assertj.core.api.Assertions.assertThat;

import io.aicc.demo.pod.ProcessStarter.Place;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ProcessStarterTest {
    @Test
    void letsFewProcessesStartAtOnceAndTheNextWhenOneOfThemIsReady() {
        try (ProcessStarter starter = new ProcessStarter(pod -> new ProcessBuilder())) {
            List<Place> taken = Stream.generate(starter::place)
                    .takeWhile(place -> place != null)
                    .toList();
            assertThat(taken).hasSize(2 * Runtime.getRuntime().availableProcessors());

            Place first = taken.getFirst();
            first.leaveWhen(false);
            assertThat(starter.place()).isNull();

            first.leaveWhen(true);
            first.close();
            assertThat(starter.place()).isNotNull();
            assertThat(starter.place()).isNull();
        }
    }
}
