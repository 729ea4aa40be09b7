package io.aicc.worker.control;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.spi.ILoggingEvent;
import io.aicc.testing.LogLines;
import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.slf4j.event.KeyValuePair;

class RefusedCommandsTest {
    private static final long MS = 1_000_000;
    private static final InetAddress STRANGER = InetAddress.ofLiteral("10.0.0.8");

    @RegisterExtension
    final LogLines lines = LogLines.of(RefusedCommands.class);

    private long now = 5_000 * MS;
    private final RefusedCommands refused = new RefusedCommands(() -> now);

    @Test
    void tellsTheFirstOfEachReasonAtOnceAndThenOneLineASecond() {
        for (int ms = 0; ms <= 2_000; ms++) {
            refused.refused("forged", STRANGER);
            refused.refused("no token", STRANGER);
            now += MS;
        }

        assertThat(toldOf("forged")).containsExactly(1L, 1_000L, 1_000L);
        assertThat(toldOf("no token")).containsExactly(1L, 1_000L, 1_000L);
        assertThat(lines.list().getFirst().getKeyValuePairs()).contains(new KeyValuePair("last_peer", "10.0.0.8"));
    }

    private List<Object> toldOf(String reason) {
        return lines.list().stream()
                .map(ILoggingEvent::getKeyValuePairs)
                .filter(pairs -> pairs.contains(new KeyValuePair("reason", reason)))
                .flatMap(List::stream)
                .filter(pair -> pair.key.equals("commands"))
                .map(pair -> pair.value)
                .toList();
    }
}
