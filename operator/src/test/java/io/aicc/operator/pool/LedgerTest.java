package io.aicc.operator.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.aicc.wire.MicroTime;
import io.aicc.wire.control.CoveredUntil;
import io.aicc.wire.control.WorkerReport;
import io.aicc.wire.control.WorkerReport.State;
import io.aicc.wire.control.WorkerReport.StreamCounters;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is kept of what workers said of their sessions. */
class LedgerTest extends PoolRig {
    @Test
    void countsOfALostAndARestartedWorkerAreKept() {
        resource(1, 1, 10, "20000", "20019");
        Worker first = startAll().getFirst();
        pool.claim("s-1");
        pool.reported(first, heard(100, 4, State.ACTIVE));
        pool.reported(first, report(State.IDLE, null));
        pool.reported(first, heard(30, 5, State.ACTIVE));
        assertThat(pool.account("s-1").orElseThrow().report())
                .as("the process that was started again goes on with the outbox")
                .returns(130L, sum -> sum.customer().received())
                .returns(5L, WorkerReport::undelivered);
        pool.gone(first.pod(), true);
        assertThat(pool.account("s-1").orElseThrow().report().transcripts()).isEqualTo(6);
        Worker second = startAll().getFirst();
        pool.claim("s-1");
        pool.reported(second, heard(7, 1, State.ACTIVE));
        assertThat(pool.account("s-1").orElseThrow().report())
                .as("an outbox goes with its pod")
                .returns(new StreamCounters(137, 3, 0, Map.of("source", 6L)), WorkerReport::customer)
                .returns(6L, WorkerReport::undelivered);
        pool.forget("s-1");
        assertThat(pool.account("s-1").orElseThrow().report().customer().received())
                .isEqualTo(7);
    }

    @Test
    void aWorkerThatClaimsTheSessionOfAnotherAddsNothingToIt() {
        resource(2, 2, 10, "20000", "20019");
        List<Worker> workers = startAll();
        Worker serving = ((Claim.Granted) pool.claim("s-1")).worker();
        Worker liar =
                workers.stream().filter(worker -> worker != serving).findFirst().orElseThrow();
        pool.reported(serving, heard(100, 3, State.ACTIVE));
        Instant heardAt = now;
        now = now.plusSeconds(1);

        pool.reported(liar, covering(heard(9_000, 9, State.ACTIVE)));
        pool.reported(liar, report(State.IDLE, null));
        pool.reported(liar, covering(heard(9_000, 9, State.DONE)));
        pool.gone(liar.pod(), true);

        assertThat(pool.account("s-1").orElseThrow().report())
                .returns(100L, sum -> sum.customer().received())
                .returns(3L, WorkerReport::undelivered);
        assertThat(pool.ledger().lastHeard("s-1")).contains(heardAt);
        assertThat(pool.ledger().coveredUntil("s-1")).isEmpty();
        assertThat(pool.serving("s-1")).contains(serving);
    }

    @Test
    void aWorkerThatIsToldToGoMayYetDeliverWhatItHas() {
        resource(1, 1, 10, "20000", "20019");
        Worker evicted = startAll().getFirst();
        pool.claim("s-1");
        pool.reported(evicted, heard(100, 3, State.DRAINING));
        pool.dismiss(evicted);
        assertThat(pool.account("s-1").orElseThrow().report().undelivered()).isEqualTo(3);

        pool.reported(evicted, heard(100, 0, State.DONE));

        assertThat(pool.account("s-1").orElseThrow().report().undelivered()).isZero();
    }

    @Test
    void ofWhatADeadProcessHadNotDeliveredOnlyThatIsLostWhichNoDiskHas() {
        resource(1, 1, 10, "20000", "20019");
        Worker worker = startAll().getFirst();
        pool.claim("s-1");
        pool.reported(worker, heard(100, 3, 1, State.ACTIVE));

        pool.reported(worker, report(State.IDLE, null));
        pool.reported(worker, heard(5, 2, 0, State.ACTIVE));

        assertThat(pool.account("s-1").orElseThrow().report().undelivered()).isEqualTo(1 + 2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"its call is closed without it", "its pod goes", "it is taken from its call"})
    void whatIsOnTheDiskOfADeadProcessIsLostIfNoOtherGetsTheCall(String fate) {
        resource(1, 1, 10, "20000", "20019");
        Worker worker = startAll().getFirst();
        pool.claim("s-1");
        pool.reported(worker, heard(100, 3, 1, State.ACTIVE));
        pool.reported(worker, report(State.IDLE, null));
        assertThat(pool.ledger().earlier("s-1").orElseThrow().report().undelivered())
                .as("it may yet get it")
                .isEqualTo(1);

        switch (fate) {
            case "its pod goes" -> pool.gone(worker.pod(), true);
            case "it is taken from its call" -> pool.dismiss(worker);
            default -> {}
        }

        assertThat(pool.account("s-1").orElseThrow().report())
                .returns(3L, WorkerReport::undelivered)
                .returns(100L, sum -> sum.customer().received());
    }

    @Test
    void whatALeaderBeforeUsWroteDownIsAdded() {
        resource(1, 1, 10, "20000", "20019");
        pool.ledger().begin("s-1", new Account(heard(50, 2, State.ACTIVE), 1));
        Worker worker = startAll().getFirst();
        pool.claim("s-1");
        pool.reported(worker, heard(7, 0, State.ACTIVE));

        assertThat(pool.account("s-1")).hasValueSatisfying(account -> {
            assertThat(account.report().customer().received()).isEqualTo(57);
            assertThat(account.report().undelivered()).isEqualTo(2);
            assertThat(account.takeovers()).isEqualTo(1);
        });
    }

    @Test
    void remembersNothingOfASessionThatIsOverThoughItsWorkerStillTalksOfIt() {
        resource(1, 1, 4, "20000", "20007");
        Worker worker = startAll().getFirst();
        pool.claim("s-1");
        pool.reported(worker, report(State.ACTIVE, "s-1"));
        assertThat(pool.ledger().lastHeard("s-1")).contains(now);
        pool.reported(worker, report(State.DONE, "s-1"));
        pool.dismiss(worker);
        pool.forget("s-1");

        pool.reported(worker, report(State.DONE, "s-1"));

        assertThat(pool.ledger().lastHeard("s-1")).isEmpty();
        assertThat(pool.account("s-1")).isEmpty();
    }

    /** Else whoever takes over from it would leave out an hour, and say nothing of it. */
    @Test
    void aWorkerWhoseClockIsAheadHasCoveredNothingOfTheFuture() {
        resource(1, 1, 10, "20000", "20019");
        Worker fast = startAll().getFirst();
        pool.claim("s-1");
        Instant spoken = now.minusSeconds(3);
        CoveredUntil said = new CoveredUntil(MicroTime.format(now.plusSeconds(3600)), MicroTime.format(spoken));
        pool.reported(fast, covering(report(State.ACTIVE, "s-1"), said));

        assertThat(pool.ledger().coveredUntil("s-1"))
                .contains(new CoveredUntil(MicroTime.format(now), MicroTime.format(spoken)));
    }

    @Test
    void remembersHowMuchOfACallItsLostWorkerHadCovered() {
        resource(1, 1, 4, "20000", "20007");
        Worker worker = startAll().getFirst();
        pool.claim("s-1");
        CoveredUntil covered =
                new CoveredUntil(MicroTime.format(now.minusSeconds(7)), MicroTime.format(now.minusSeconds(9)));
        pool.reported(worker, covering(report(State.ACTIVE, "s-1"), covered));
        pool.reported(worker, report(State.IDLE, null));
        pool.dismiss(worker);

        assertThat(pool.ledger().coveredUntil("s-1")).contains(covered);
        pool.forget("s-1");
        assertThat(pool.ledger().coveredUntil("s-1")).isEmpty();
    }

    private static WorkerReport covering(WorkerReport report) {
        return covering(report, new CoveredUntil("2026-01-31T13:00:00.000000Z", "2026-01-31T13:00:00.000000Z"));
    }

    private static WorkerReport covering(WorkerReport report, CoveredUntil covered) {
        return new WorkerReport(
                report.state(),
                report.sessionUid(),
                report.known(),
                report.customer(),
                report.agent(),
                report.transcripts(),
                report.undelivered(),
                report.unsaved(),
                report.untranscribedMs(),
                covered,
                report.summary());
    }
}
