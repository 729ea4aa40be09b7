package io.aicc.bench.calls;

import static org.assertj.core.api.Assertions.assertThat;

import io.aicc.crd.CallSession;
import io.aicc.crd.CallSessionSpec;
import io.aicc.crd.CallSessionSpec.EndMark;
import io.aicc.crd.CallSessionStatus;
import io.aicc.crd.CallSessionStatus.MediaEndpoint;
import io.aicc.crd.CallSessionStatus.Times;
import io.aicc.crd.Phase;
import java.util.List;
import org.junit.jupiter.api.Test;

class PortUseTest {
    @Test
    void tellsHowLongAPairRestedBetweenTwoCalls() {
        PortUse use = PortUse.of(List.of(call(20_000, 30, 50), call(20_000, 0, 20), call(20_002, 5, 40)));

        assertThat(use.pairs()).isEqualTo(2);
        assertThat(use.rests()).containsExactly(10_000L);
        assertThat(use.shortestRest()).isEqualTo(10_000);
        assertThat(use.twice()).isZero();
    }

    @Test
    void seesAPairThatTwoCallsHadAtTheSameTime() {
        PortUse use = PortUse.of(List.of(call(20_000, 0, 20), call(20_000, 19, 40)));

        assertThat(use.twice()).isEqualTo(1);
    }

    @Test
    void countsThePairsThatWereGivenBackByTheRecords() {
        CallSession kept = call(20_002, 0, 20);
        Times times = new Times(at(0), null, null, null, at(20));
        kept.setStatus(
                new CallSessionStatus(Phase.Ended, kept.getStatus().mediaEndpoint(), null, times, null, null, null));

        PortUse use = PortUse.of(List.of(call(20_000, 0, 20), kept, call(20_002, 21, 30)));

        assertThat(use.closedAfter()).containsExactly(1_500L, 1_500L);
        assertThat(use.twice()).as("one that nobody gave back is still held").isEqualTo(1);
    }

    private static CallSession call(int port, int readySecond, int closedSecond) {
        CallSession session = new CallSession();
        session.setSpec(new CallSessionSpec(
                "call",
                null,
                null,
                null,
                null,
                null,
                null,
                at(readySecond),
                null,
                null,
                new EndMark("2026-01-31T12:00:%02d.500000Z".formatted(closedSecond - 2), "hangup")));
        session.setStatus(new CallSessionStatus(
                Phase.Ended,
                new MediaEndpoint("127.0.0.2", port, port + 1, 1),
                null,
                new Times(at(readySecond), null, null, at(closedSecond), at(closedSecond)),
                null,
                null,
                null));
        return session;
    }

    private static String at(int second) {
        return "2026-01-31T12:00:%02d.000000Z".formatted(second);
    }
}
