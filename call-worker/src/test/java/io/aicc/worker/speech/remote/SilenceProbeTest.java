package io.aicc.worker.speech.remote;

import static org.assertj.core.api.Assertions.assertThat;

import io.aicc.worker.speech.remote.Failure.Kind;
import io.aicc.worker.speech.remote.NumberServer.Break;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class SilenceProbeTest {
    private static final StreamTiming TIMING = StreamTiming.within(Duration.ofSeconds(285));

    private final ManualTime time = new ManualTime();
    private final NumberServer server = new NumberServer(time, 300_000);
    private final Circuit circuit = new Circuit("numbers", TIMING, new SimpleMeterRegistry(), time);

    @Test
    void aServerThatAnswersIsAskedOnce() {
        probe();

        assertThat(circuit.health().up()).isTrue();
        time.pass(Duration.ofHours(1));
        assertThat(server.talks).hasSize(1);
    }

    @Test
    void aServerThatIsAwayIsAskedEverMoreRarelyUntilItAnswers() {
        server.breaks(8, new Break(Kind.TRANSPORT, -1));
        probe();
        time.pass(Duration.ofSeconds(5));
        int soon = server.talks.size();
        assertThat(soon).isGreaterThanOrEqualTo(2);

        time.pass(Duration.ofMinutes(10));

        assertThat(server.talks).hasSize(9);
        assertThat(circuit.isOpen()).isFalse();
        assertThat(circuit.health().up()).isTrue();
    }

    @Test
    void refusedSettingsKeepTheWorkerDownUntilSomebodyHasMendedThem() {
        server.breaks(3, new Break(Kind.CONFIGURATION, -1));
        probe();
        assertThat(circuit.health().up()).isFalse();
        assertThat(circuit.health().detail()).contains("as planned");

        time.pass(Duration.ofMinutes(5));

        assertThat(server.talks).hasSize(4);
        assertThat(circuit.health().up()).isTrue();
    }

    @Test
    void aServerThatNeverAnswersIsNotWaitedForForEver() {
        server.mute = true;
        probe();
        assertThat(circuit.health().up()).isFalse();

        time.pass(TIMING.finish());
        assertThat(circuit.health().up()).isTrue(); // it may come back: no reason to refuse calls
        assertThat(server.talks.getFirst().isOver()).isTrue();

        server.mute = false;
        time.pass(Duration.ofMinutes(1));
        assertThat(server.talks).hasSize(2);
        assertThat(circuit.isSound()).isTrue();
    }

    @Test
    void aCallThatWasServedMeanwhileAnswersForTheProbe() {
        server.breaks(new Break(Kind.TRANSPORT, -1));
        probe();

        circuit.served();
        time.pass(Duration.ofHours(1));

        assertThat(server.talks).hasSize(1);
    }

    private void probe() {
        SilenceProbe.begin(server, "en-US", circuit, time, TIMING);
    }
}
