package io.aicc.worker.call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.aicc.wire.MicroTime;
import io.aicc.wire.control.CallAssignment;
import io.aicc.wire.control.EndOrder;
import io.aicc.wire.control.WorkerReport.KnownCall;
import io.aicc.wire.control.WorkerReport.State;
import io.aicc.worker.control.CallDesk.RefusedException;
import io.aicc.worker.control.CallDesk.UnacceptableException;
import java.time.Instant;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a worker makes of the orders that tell it its call, and what it says of the call. */
class LiveCallHandOverTest {
    @RegisterExtension
    final LiveCallRig rig = new LiveCallRig();

    @Test
    void whatItKnowsOfItsCallIsInItsReports() throws Exception {
        Instant ready = Instant.now().minusSeconds(60);
        rig.call().assign(rig.resumed(ready, null));
        rig.speak(10);
        await().until(() -> rig.call().report().state() == State.ACTIVE);
        KnownCall known = Objects.requireNonNull(rig.call().report().known());
        assertThat(known.readyAt()).isEqualTo(MicroTime.format(ready));
        assertThat(MicroTime.parse(Objects.requireNonNull(known.heardAt()))).isAfter(ready.plusSeconds(59));

        rig.call().assign(rig.withSource("uid-1", "127.0.0.1:4000"));
        assertThat(rig.call().report().known())
                .returns("127.0.0.1:4000", KnownCall::customerSource)
                .returns(known.readyAt(), KnownCall::readyAt);
    }

    @Test
    void theSameCallMayBeToldTwiceAndAnotherNever() throws Exception {
        assertThat(rig.call().assign(rig.assignment("uid-1", "en-US")))
                .isEqualTo(rig.call().assign(rig.assignment("uid-1", "en-US")));

        assertThatThrownBy(() -> rig.call().assign(rig.assignment("uid-2", "en-US")))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("worker serves session uid-1");
        assertThatThrownBy(() -> rig.call().end(new EndOrder("uid-2", "Mistake")))
                .isInstanceOf(RefusedException.class);
        assertThat(rig.call().report().state()).isEqualTo(State.ASSIGNED);
    }

    @Test
    void aCallThatNobodyCanServeLeavesTheWorkerFree() throws Exception {
        assertThatThrownBy(() -> rig.call().assign(rig.assignment("uid-1", "ko-KR")))
                .isInstanceOf(UnacceptableException.class);

        assertThat(rig.call().report().state()).isEqualTo(State.IDLE);
        rig.call().assign(rig.assignment("uid-2", "en-US"));
        assertThat(rig.call().report().sessionUid()).isEqualTo("uid-2");
        assertThat(rig.engine.opened).as("as warm as before").hasValue(2);
    }

    @Test
    void aCallThatCannotBeBegunIsNotAcknowledgedAndLeavesTheWorkerFree() throws Exception {
        CallAssignment impossible = rig.takenOver(1, Instant.parse("0001-01-01T00:00:00Z"), null, null);
        assertThatThrownBy(() -> rig.call().assign(impossible)).isInstanceOf(UnacceptableException.class);
        assertThatThrownBy(() -> rig.call().assign(impossible)).isInstanceOf(UnacceptableException.class);

        assertThat(rig.call().report().state()).isEqualTo(State.IDLE);
        assertThat(rig.events(1)).as("told to receivers").isEmpty();
        // A thread that has said that it ended takes a moment to.
        await().untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
                .filteredOn(it -> it.isAlive() && it.getName().startsWith("publish"))
                .isEmpty());
        rig.call().assign(rig.assignment("uid-2", "en-US"));
        rig.speak(60);
        await().until(() -> rig.call().report().state() == State.ACTIVE);
    }

    @Test
    void aBadSourceInMidCallChangesNothing() throws Exception {
        rig.call().assign(rig.assignment("uid-1", "en-US"));

        assertThatThrownBy(() -> rig.call().assign(rig.withSource("uid-1", "10.0.0.1:0")))
                .isInstanceOf(UnacceptableException.class);

        rig.speak(10);
        await().until(() -> rig.call().report().customer().received() == 10);
    }

    @Test
    void languagesOfOneModelOpenItOnce() throws Exception {
        rig.call().assign(rig.assignment("uid-1", "en-GB"));

        assertThat(rig.engine.opened).hasValue(2);
    }
}
