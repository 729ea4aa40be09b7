package io.aicc.operator.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.aicc.operator.control.Answer;
import io.aicc.operator.control.WorkerChannel;
import io.aicc.operator.port.PortPair;
import io.aicc.wire.control.Acknowledgement;
import io.aicc.wire.control.CallAssignment;
import io.aicc.wire.control.EndOrder;
import io.aicc.wire.control.WorkerReport;
import io.aicc.wire.control.WorkerReport.KnownCall;
import io.aicc.wire.control.WorkerReport.State;
import io.aicc.wire.control.WorkerReport.StreamCounters;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class WorkerTest {
    private static final Answer<Acknowledgement> BROKEN = new Answer.Refused<>(500, "no idea");
    private static final Answer<Acknowledgement> UNACCEPTABLE = new Answer.Refused<>(422, "no model for ko-KR");
    private static final Answer<Acknowledgement> BUSY = new Answer.Refused<>(409, "serves another");
    private static final Answer<Acknowledgement> DEPOSED = new Answer.Refused<>(403, "a newer leader commands");

    private static final WorkerReport IDLE = WorkerReport.blank(State.IDLE, null);

    private final Worker worker = new Worker("pod", "uid", new PortPair(20000), "revision", Instant.EPOCH);
    private Answer<Acknowledgement> answer = BROKEN;
    private int streams = 1;

    WorkerTest() {
        worker.channel(new Channel());
    }

    @Test
    void refusesAllWhenThreeDifferentCallsWereRefused() {
        offer("s-1", "s-2");
        assertThat(worker.refusesAll()).isFalse();
        offer("s-3");
        assertThat(worker.refusesAll()).isTrue();
    }

    @Test
    void oneCallDoesNotCondemnIt() {
        offer("s-1", "s-1", "s-1", "s-1");
        assertThat(worker.refusesAll()).isFalse();
    }

    @Test
    void callsThatNobodyCouldServeDoNotCondemnIt() {
        answer = UNACCEPTABLE;
        offer("s-1", "s-2", "s-3", "s-4");
        assertThat(worker.refusesAll()).isFalse();
    }

    @Test
    void aCallThatItTookSpeaksForIt() {
        offer("s-1", "s-2");
        answer = new Answer.Obeyed<>(new Acknowledgement("s-3", 20000, 20001));
        offer("s-3");
        answer = BROKEN;
        offer("s-4");
        assertThat(worker.refusesAll()).isFalse();
    }

    @Test
    void callsThatAnotherThenTookCondemnIt() {
        answer = UNACCEPTABLE;
        worker.takenByAnother("s-1");
        worker.takenByAnother("s-1");
        assertThat(worker.refusesAll()).isFalse();
        worker.takenByAnother("s-2");
        assertThat(worker.refusesAll()).isTrue();
    }

    @Test
    void whoSaysThatItHasAnotherCallThoughItReportsNoneIsCondemned() {
        answer = BUSY;
        worker.heard(IDLE, Instant.EPOCH);
        offer("s-1", "s-2", "s-3");
        assertThat(worker.refusesAll()).isTrue();
    }

    @Test
    void whatIsSaidOfAnotherCallOrAnotherLeaderDoesNotCount() {
        answer = BUSY;
        worker.heard(PoolRig.report(State.ACTIVE, "s-0"), Instant.EPOCH);
        offer("s-1", "s-2", "s-3");
        worker.takenByAnother("s-1");
        worker.takenByAnother("s-2");
        answer = DEPOSED;
        offer("s-4", "s-5", "s-6");
        assertThat(worker.refusesAll()).isFalse();
    }

    @Test
    void whatWasSaidBeforeItTookItsCallIsNoRestart() {
        answer = new Answer.Obeyed<>(new Acknowledgement("s-1", 20000, 20001));
        worker.heard(IDLE, Instant.EPOCH);
        offer("s-1");
        worker.heard(IDLE, Instant.EPOCH); // Under way for long.
        assertThat(worker.restarted()).isFalse();
        streams++; // A process that ends closes its stream.
        worker.heard(IDLE, Instant.EPOCH);
        assertThat(worker.restarted()).isTrue();
        offer("s-1");
        assertThat(worker.restarted()).isFalse();
    }

    @Test
    void whoIsIdleThoughALeaderBeforeUsGaveItACallWasRestarted() {
        worker.heard(IDLE, Instant.EPOCH);
        assertThat(worker.restarted()).isTrue();
    }

    @Test
    void whatAnIdleWorkerSaysOfACallIsNothing() {
        KnownCall made = new KnownCall(7, null, null, null, null, 0);
        worker.heard(saying(State.IDLE, made), Instant.EPOCH);
        assertThat(worker.known()).isNull();
        worker.heard(saying(State.ACTIVE, made), Instant.EPOCH);
        assertThat(worker.known()).isEqualTo(made);
    }

    @Test
    void aRestartThatComesTooSoonAfterAnotherIsKnown() {
        Duration pace = Duration.ofSeconds(5);
        assertThat(worker.restartsWithin(pace, Instant.EPOCH)).isFalse();
        worker.restartRecorded(Instant.EPOCH);
        assertThat(worker.restartsWithin(pace, Instant.EPOCH.plusMillis(4_999))).isTrue();
        assertThat(worker.restartsWithin(pace, Instant.EPOCH.plusSeconds(5))).isFalse();
    }

    private static WorkerReport saying(State state, KnownCall known) {
        return new WorkerReport(
                state, "s-1", known, StreamCounters.ZERO, StreamCounters.ZERO, 0, 0, null, null, null, null);
    }

    private void offer(String... sessions) {
        for (String session : sessions) {
            assertThat(worker.assign(call(session))).isEqualTo(answer);
        }
    }

    private static CallAssignment call(String session) {
        return CallAssignment.first(session, null, null);
    }

    private final class Channel implements WorkerChannel {
        @Override
        public Answer<Acknowledgement> assign(CallAssignment call) {
            return answer;
        }

        @Override
        public Answer<String> end(EndOrder order) {
            return new Answer.Obeyed<>("");
        }

        @Override
        public int streams() {
            return streams;
        }

        @Override
        public boolean heard() {
            return true;
        }

        @Override
        public void close() {}
    }
}
