package io.aicc.worker.rtp;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import io.aicc.testing.LogLines;
import io.aicc.wire.event.Channel;
import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.slf4j.event.KeyValuePair;

class RefusalLogTest {
    private static final long MS = 1_000_000;
    private static final InetSocketAddress STRANGER = new InetSocketAddress("10.0.0.8", 9);

    @RegisterExtension
    final LogLines lines = LogLines.of(RefusalLog.class).level(Level.DEBUG);

    private final StreamStats stats = new StreamStats();
    private final RefusalLog log = new RefusalLog(Channel.AGENT, stats, 0);

    @Test
    void tellsTheFirstOfEachReasonAtOnceAndThenOneLineASecond() {
        for (int ms = 0; ms < 3_500; ms++) {
            refuse(RejectReason.SOURCE, ms);
            refuse(RejectReason.RTCP, ms);
            log.tick(ms * MS);
        }
        log.tick(10_000 * MS);

        assertThat(packetsToldOf(RejectReason.SOURCE)).containsExactly(1L, 1_000L, 1_000L, 1_000L, 499L);
        assertThat(packetsToldOf(RejectReason.RTCP)).containsExactly(1L, 1_000L, 1_000L, 1_000L, 499L);
        assertThat(lines.list().getFirst().getKeyValuePairs())
                .contains(new KeyValuePair("stream", "agent"), new KeyValuePair("last_source", STRANGER));
    }

    @Test
    void tellsWhatWasOnlyCounted() {
        stats.countRejected(RejectReason.PROBATION);

        log.tick(50 * MS);
        log.tick(2_000 * MS);

        assertThat(packetsToldOf(RejectReason.PROBATION)).containsExactly(1L);
    }

    @Test
    void doesNotWarnOfWhatBelongsToAnOrdinaryCall() {
        refuse(RejectReason.DTMF, 0);
        refuse(RejectReason.COMFORT_NOISE, 0);

        assertThat(lines.list()).hasSize(2).allMatch(line -> line.getLevel() == Level.DEBUG);
    }

    private void refuse(RejectReason reason, long ms) {
        stats.countRejected(reason);
        log.refused(reason, STRANGER, ms * MS);
    }

    private List<Object> packetsToldOf(RejectReason reason) {
        return lines.list().stream()
                .map(ILoggingEvent::getKeyValuePairs)
                .filter(pairs -> pairs.contains(new KeyValuePair("reason", reason.label())))
                .map(pairs -> pairs.stream()
                        .filter(pair -> pair.key.equals("packets"))
                        .findFirst()
                        .orElseThrow()
                        .value)
                .toList();
    }
}
