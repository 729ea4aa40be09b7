package io.aicc.bench.latency;

import static org.assertj.core.api.Assertions.assertThat;

import io.aicc.wire.event.Channel;
import io.aicc.wire.event.EventBody;
import java.util.List;
import org.junit.jupiter.api.Test;

class DelaysTest {
    private static final long MS = 1_000_000;

    private final Delays delays = new Delays();

    @Test
    void resultsCountFromWhenTheyWereMadeUntilTheyWereRead() {
        delays.take(words(10 * MS + " 300 500"), 12 * MS);

        assertThat(delays.toReceiver(0, 20 * MS).at(1)).isEqualTo(2);
        assertThat(delays.toEngine().at(0.5)).isEqualTo(0.3);
        assertThat(delays.toEngine().at(1)).isEqualTo(0.5);
    }

    @Test
    void theLastOnesOfWorkersThatStopDoNotCount() {
        delays.take(words(10 * MS + ""), 11 * MS);
        delays.take(words(21 * MS + ""), 99 * MS);

        assertThat(delays.toReceiver(0, 20 * MS).count()).isEqualTo(1);
    }

    @Test
    void aLateOneOfTheTimeThatCountsDoes() {
        delays.take(words(19 * MS + ""), 99 * MS);

        assertThat(delays.toReceiver(0, 20 * MS).at(1)).isEqualTo(80);
    }

    private static EventBody words(String figures) {
        return new EventBody.TranscriptFinal(
                Channel.AGENT,
                "u",
                1,
                true,
                0,
                0,
                figures,
                "en-US",
                null,
                List.of(),
                new EventBody.Stt("timing", "none", 0));
    }
}
