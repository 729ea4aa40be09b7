package io.aicc.operator.ari.call;

import static org.assertj.core.api.Assertions.assertThat;

import io.aicc.crd.CallSessionSpec.CallEvent;
import io.aicc.crd.CallSessionSpec.CallEvent.Type;
import io.aicc.wire.event.Channel;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class CallEventsTest {
    private static final Instant NOW = Instant.parse("2026-11-22T20:00:00Z");

    private final CallEvents events = new CallEvents(null);

    @Test
    void whoPressesKeysForEverDoesNotHideWhoSpeaks() {
        press(1_000);
        events.add(NOW, Type.ParticipantChanged, Channel.AGENT, "1002");

        assertThat(events.agent("1001")).isEqualTo("1002");
        assertThat(keys(events)).isEqualTo(CallEvent.MOST / 2);
    }

    @Test
    void keysOfBeforeATakeoverCountToo() {
        press(100);
        CallEvents next = new CallEvents(List.copyOf(events.all()));
        for (int i = 0; i < 100; i++) {
            next.add(NOW, Type.Dtmf, Channel.CUSTOMER, null);
        }

        assertThat(keys(next)).isEqualTo(CallEvent.MOST / 2);
    }

    @Test
    void noMoreIsToldThanARecordTakes() {
        for (int i = 0; i < 1_000; i++) {
            events.add(NOW, i % 2 == 0 ? Type.Hold : Type.Unhold, Channel.AGENT, null);
        }

        assertThat(events.all()).hasSize(CallEvent.MOST);
    }

    private void press(int keys) {
        for (int i = 0; i < keys; i++) {
            events.add(NOW, Type.Dtmf, Channel.CUSTOMER, null);
        }
    }

    private static long keys(CallEvents of) {
        return of.all().stream().filter(event -> event.type() == Type.Dtmf).count();
    }
}
