package io.aicc.worker.call;

import static org.assertj.core.api.Assertions.assertThat;

import io.aicc.crd.CallSessionSpec.CallEvent;
import io.aicc.crd.CallSessionSpec.CallEvent.Type;
import io.aicc.wire.event.Channel;
import io.aicc.wire.event.EventBody;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CallHappeningsTest {
    private static final Instant READY = Instant.parse("2026-01-31T12:00:00Z");

    private final List<EventBody> published = new ArrayList<>();

    @Test
    void tellsEachOnceHoweverOftenTheListComes() {
        CallHappenings happenings = new CallHappenings(published::add, READY, null);
        CallEvent hold = event("12:00:05.250000", Type.Hold, null);
        CallEvent unhold = event("12:00:09.000000", Type.Unhold, null);

        happenings.tell(List.of(hold));
        happenings.tell(List.of(hold));
        happenings.tell(List.of(hold, unhold));

        assertThat(published)
                .containsExactly(
                        new EventBody.CallHold(Channel.CUSTOMER, 5_250),
                        new EventBody.CallUnhold(Channel.CUSTOMER, 9_000));
    }

    @Test
    void masksKeysAndNamesWhoSpeaksNow() {
        new CallHappenings(published::add, READY, null)
                .tell(List.of(
                        event("12:00:01.000000", Type.Dtmf, null),
                        event("12:00:02.000000", Type.ParticipantChanged, "1007")));

        assertThat(published)
                .containsExactly(
                        new EventBody.Dtmf(Channel.CUSTOMER, 1_000, "*"),
                        new EventBody.ParticipantChanged(Channel.CUSTOMER, 2_000, "1007"));
    }

    @Test
    void leavesWhatTheFormerWorkerToldAndRepeatsItsLastSecond() {
        new CallHappenings(published::add, READY, "2026-01-31T12:00:10.000000Z")
                .tell(List.of(
                        event("12:00:05.000000", Type.Hold, null),
                        event("12:00:09.500000", Type.Unhold, null),
                        event("12:00:12.000000", Type.Hold, null)));

        assertThat(published)
                .containsExactly(
                        new EventBody.CallUnhold(Channel.CUSTOMER, 9_500),
                        new EventBody.CallHold(Channel.CUSTOMER, 12_000));
    }

    @Test
    void whatOnlyALaterVersionKnowsIsLeftOutAndTheRestTold() {
        new CallHappenings(published::add, READY, null)
                .tell(List.of(
                        new CallEvent("2026-01-31T12:00:01.000000Z", null, Channel.AGENT, null),
                        event("12:00:02.000000", Type.Unhold, null)));

        assertThat(published).containsExactly(new EventBody.CallUnhold(Channel.CUSTOMER, 2_000));
    }

    @Test
    void aDayThatIsNoneIsLeftOutAndTheRestTold() {
        new CallHappenings(published::add, READY, null)
                .tell(List.of(
                        new CallEvent("2026-13-41T12:00:00.000000Z", Type.Hold, Channel.AGENT, null),
                        event("12:00:01.000000", Type.Unhold, null)));

        assertThat(published).containsExactly(new EventBody.CallUnhold(Channel.CUSTOMER, 1_000));
    }

    @Test
    void whatHappenedBeforeTheTimelineBeganIsAtItsBeginning() {
        new CallHappenings(published::add, READY, null).tell(List.of(event("11:59:58.000000", Type.Hold, null)));

        assertThat(published).containsExactly(new EventBody.CallHold(Channel.CUSTOMER, 0));
    }

    private static CallEvent event(String time, Type type, @Nullable String participant) {
        return new CallEvent("2026-01-31T" + time + "Z", type, Channel.CUSTOMER, participant);
    }
}
