package io.aicc.worker.control;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.slf4j.event.KeyValuePair;

class RefusedCommandsTest {
    private static final long MS = 1_000_000;
    private static final InetAddress STRANGER = InetAddress.ofLiteral("10.0.0.8");

    private final Logger logger = (Logger) LoggerFactory.getLogger(RefusedCommands.class);
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
    private long now = 5_000 * MS;
    private final RefusedCommands refused = new RefusedCommands(() -> now);

    @BeforeEach
    void listen() {
        lines.start();
        logger.addAppender(lines);
    }

    @AfterEach
    void stopListening() {
        logger.detachAppender(lines);
    }

    @Test
    void tellsTheFirstOfEachReasonAtOnceAndThenOneLineASecond() {
        for (int ms = 0; ms <= 2_000; ms++) {
            refused.refused("forged", STRANGER);
            refused.refused("no token", STRANGER);
            now += MS;
        }

        assertThat(toldOf("forged")).containsExactly(1L, 1_000L, 1_000L);
        assertThat(toldOf("no token")).containsExactly(1L, 1_000L, 1_000L);
        assertThat(lines.list.getFirst().getKeyValuePairs()).contains(new KeyValuePair("last_peer", "10.0.0.8"));
    }

    private List<Object> toldOf(String reason) {
        return lines.list.stream()
                .map(ILoggingEvent::getKeyValuePairs)
                .filter(pairs -> pairs.contains(new KeyValuePair("reason", reason)))
                .flatMap(List::stream)
                .filter(pair -> pair.key.equals("commands"))
                .map(pair -> pair.value)
                .toList();
    }
}
