package io.aicc.operator.session;

import static io.aicc.operator.session.EndedRecordsRig.END;
import static io.aicc.operator.session.EndedRecordsRig.assertCalls;
import static io.aicc.operator.session.EndedRecordsRig.session;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.aicc.operator.session.Tally.End;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is counted of sessions that are over, and by whom, while operators come and go. */
class EndedRecordsTest {
    private static final Tally DELETED = new Tally(End.DELETED, 4_000, 100, 90, 0, Map.of("late", 2L), null);

    @RegisterExtension
    final EndedRecordsRig rig = new EndedRecordsRig();

    private final TinyApi api = rig.api;

    @Test
    void whoeverTakesTheLeadGoesOnFromRecordsAndArchive() {
        rig.ended("call-1", "call-2", "call-3");
        EndedRecords first = rig.lead();
        assertCalls(first, 3);
        rig.now = END.plusSeconds(3_601);
        first.sweep();
        assertThat(api.sessions()).isEmpty();
        rig.ended("call-4");

        EndedRecords next = rig.lead();

        assertCalls(next, 4);
        assertCalls(first, 3);
    }

    /** Each request may be the last that a process makes, carried out or not. */
    @ParameterizedTest
    @CsvSource({"0,true", "1,false", "1,true", "2,false", "2,true", "3,false", "3,true", "4,false"})
    void noSessionIsCountedTwiceOrNotAtAllWhereverTheProcessEnds(int requests, boolean lastIsCarriedOut) {
        rig.ended("call-1", "call-2");
        ObjectNode unserved = session("call-3");
        unserved.withObject("/status/times").put("unserved", "2026-01-31T11:59:00.000000Z");
        api.put(unserved);
        EndedRecords doomed = rig.lead();
        assertThat(doomed.keep("orphan", DELETED)).isFalse();
        rig.now = END.plusSeconds(3_601);
        api.answers(requests, lastIsCarriedOut);
        doomed.sweep();
        api.answers(Integer.MAX_VALUE, false);

        EndedRecords next = rig.lead();
        next.keep("orphan", DELETED);
        next.sweep();
        next.sweep();

        assertThat(next.keep("orphan", DELETED)).isTrue();
        assertThat(api.sessions()).isEmpty();
        Totals totals = next.totals().orElseThrow();
        assertThat(totals.all(Totals.CALLS)).isEqualTo(Map.of("ended", 3L, "failed", 0L, "deleted", 1L));
        assertThat(totals.all(Totals.PACKETS)).isEqualTo(Map.of("customer", 400L, "agent", 360L));
        assertThat(totals.get(Totals.LASTED_MS)).isEqualTo(16_000);
        assertThat(totals.get(Totals.LASTED + 10)).isEqualTo(4);
        assertThat(totals.get(Totals.DROPPED + "late")).isEqualTo(8);
        assertThat(totals.get(Totals.UNDELIVERED)).isEqualTo(3);
        assertThat(totals.get(Totals.UNSERVED)).isEqualTo(1);
        assertCalls(rig.lead(), 3);
    }

    @Test
    void theSameProcessTriesAgainAndCountsOnceWhateverTheServerDidNotAnswer() {
        rig.ended("call-1", "call-2", "call-3");
        EndedRecords records = rig.lead();
        rig.now = END.plusSeconds(3_601);
        for (int requests = 0; requests < 5; requests++) {
            api.answers(requests, true);
            records.sweep();
            rig.now = rig.now.plusSeconds(60);
        }
        api.answers(Integer.MAX_VALUE, false);
        records.sweep();
        records.sweep();

        assertThat(api.sessions()).isEmpty();
        assertCalls(records, 3);
        assertCalls(rig.lead(), 3);
    }

    @Test
    void oneWriteTakesAllThatAreDueIntoTheArchive() {
        for (int i = 0; i < 40; i++) {
            rig.ended("call-" + i);
        }
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        EndedRecords records = rig.lead(meters);
        rig.now = END.plusSeconds(3_601);
        records.sweep();

        assertThat(api.sessions()).isEmpty();
        assertThat(meters.get("aicc_api_writes").tag("kind", "ConfigMap").counters().stream()
                        .mapToDouble(counter -> counter.count())
                        .sum())
                .as("one to claim it, one for all forty")
                .isEqualTo(2);
    }

    @Test
    void recordsAreReadAFewAtATimeForOneMayBeAsLongAsTheServerStores() {
        rig.ended("call-1", "call-2", "call-3");
        rig.lead();

        assertThat(api.limits())
                .as("two pages of those that ended, one of those that failed")
                .hasSize(3)
                .containsOnly("25");
    }

    @Test
    void aLeaderThatWasReplacedPutsNothingIntoTheArchiveThatTheNextOneCountsTwice() {
        rig.ended("call-1", "call-2");
        EndedRecords paused = rig.lead();
        EndedRecords next = rig.lead();
        rig.now = END.plusSeconds(3_601);
        paused.sweep();
        assertThat(api.sessions()).as("it may delete nothing").containsExactly("call-1", "call-2");
        paused.sweep();
        next.sweep();
        next.sweep();

        assertCalls(next, 2);
        assertCalls(rig.lead(), 2);
    }

    @Test
    void aRecordThatCannotBeDeletedKeepsNoOtherFromGoingAndIsCountedOnce() {
        rig.ended("call-1", "call-2", "call-3", "call-4");
        api.deletable("call-1", false);
        api.hold("call-2", true);
        EndedRecords records = rig.lead();
        rig.now = END.plusSeconds(3_601);
        records.sweep();
        assertThat(api.sessions()).containsExactly("call-1", "call-2");

        rig.ended("call-5"); // Due as well, and enters while the two are still there.
        EndedRecords next = rig.lead();
        next.sweep();
        assertThat(api.sessions()).containsExactly("call-1", "call-2");
        assertCalls(next, 5);
        assertCalls(rig.lead(), 5);

        api.deletable("call-1", true);
        api.hold("call-2", false);
        EndedRecords last = rig.lead();
        last.sweep();
        assertThat(api.sessions()).isEmpty();
        assertCalls(last, 5);
        assertCalls(rig.lead(), 5);
    }

    @Test
    void aRecordThatIsBeingDeletedAndHeldByAFinalizerIsNeitherNamedNorAskedForAgainNorCountedTwice() {
        rig.ended("call-1", "call-2");
        api.hold("call-1", true);
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        EndedRecords records = rig.lead(meters);
        rig.now = END.plusSeconds(3_601);
        records.sweep();
        assertThat(api.sessions()).containsExactly("call-1");
        rig.now = rig.now.plusSeconds(120);
        assertThat(records.keep("orphan", DELETED)).isFalse(); // So that the archive is written once more.
        records.sweep();

        assertThat(meters.get("aicc_api_writes")
                        .tag("verb", "delete")
                        .tag("kind", "CallSession")
                        .counter()
                        .count())
                .isEqualTo(2);
        assertThat(api.data("aicc-operator"))
                .hasEntrySatisfying("counted", names -> assertThat(names).doesNotContain("call-1"));
        assertCalls(records, 2);
        assertCalls(rig.lead(), 2);
    }

    @Test
    void aRecordThatCannotBeDeletedIsTriedAgainEachMinuteByTheSameLeaderAndNamedInTheArchiveUntilThen() {
        rig.ended("call-1");
        api.deletable("call-1", false);
        EndedRecords records = rig.lead();
        rig.now = END.plusSeconds(3_601);
        records.sweep();
        rig.ended("call-2");
        EndedRecords same = rig.lead();
        same.sweep();
        assertThat(api.data("aicc-operator")).hasEntrySatisfying("counted", names -> assertThat(names.lines())
                .contains("uid-of-call-1", "uid-of-call-2"));
        api.deletable("call-1", true);
        same.sweep();
        assertThat(api.sessions()).containsExactly("call-1");
        rig.now = rig.now.plusSeconds(60);
        same.sweep();
        assertThat(api.sessions()).isEmpty();
    }

    @Test
    void theClaimOfALeaderThatWasReplacedDoesNotWinOverThatOfTheNext() {
        rig.ended("call-1");
        EndedRecords late = rig.records(new SimpleMeterRegistry());
        EndedRecords next = rig.records(new SimpleMeterRegistry());
        rig.now = END.plusSeconds(3_601);
        next.lead(2, record -> {});
        late.lead(1, record -> {}); // It was held up before its first request.

        assertThat(late.totals()).isEmpty();
        assertThat(api.data("aicc-operator")).containsEntry("epoch", "2");
        late.sweep();
        assertThat(api.sessions()).containsExactly("call-1");
        next.sweep();
        assertThat(api.sessions()).isEmpty();
        assertCalls(next, 1);
    }

    @Test
    void aRecordThatSomebodyDeletesStaysCountedAsLongAsTheOperatorLeads() {
        rig.ended("call-1", "call-2");
        EndedRecords records = rig.lead();
        api.removeSession("call-1");
        assertCalls(records, 2);
        assertCalls(rig.lead(), 1);
        rig.now = END.plusSeconds(3_601);
        records = rig.lead();
        assertCalls(records, 1);
    }

    @Test
    void aRecordThatSomebodyDeletesIsInTheArchiveWhenItsTimeIsOver() {
        rig.ended("call-1", "call-2");
        EndedRecords records = rig.lead();
        api.removeSession("call-1");
        rig.now = END.plusSeconds(3_601);
        records.sweep();

        assertCalls(rig.lead(), 2);
    }

    @Test
    void aListThatTheServerForgetsIsReadAnewAndNobodyIsCountedTwice() {
        rig.ended("call-1", "call-2", "call-3", "call-4", "call-5");
        api.forgetLists(2);
        List<String> seen = new ArrayList<>();
        EndedRecords records = rig.records(new SimpleMeterRegistry());
        records.lead(1, record -> seen.add(record.getMetadata().getName()));

        assertCalls(records, 5);
        assertThat(seen).contains("call-1", "call-2", "call-3", "call-4", "call-5");
        api.forgetLists(3);
        assertThatThrownBy(() -> records.lead(2, record -> {})).hasMessageContaining("too old");
    }

    @Test
    void aRecordThatMakesNoSenseKeepsNobodyFromLeadingAndNoOtherFromBeingCounted() {
        rig.ended("call-1", "call-3");
        ObjectNode senseless = session("call-2");
        senseless.withObject("/status/summary/packetsDropped").putNull("late");
        api.put(senseless);

        assertCalls(rig.lead(), 2);
    }

    @Test
    void whatARecordSaysAddsNothingThatCannotBe() {
        ObjectNode session = session("call-1");
        session.withObject("/status/summary")
                .put("durationMs", -5)
                .put("customerPackets", Long.MAX_VALUE)
                .put("agentPackets", -1)
                .withObject("/packetsDropped")
                .put("late", -3)
                .put("invented", 4);
        api.put(session);

        Totals totals = rig.lead().totals().orElseThrow();

        assertThat(totals.get(Totals.LASTED_MS)).isZero();
        assertThat(totals.all(Totals.PACKETS)).isEqualTo(Map.of("customer", 1_000_000_000L, "agent", 0L));
        assertThat(totals.get(Totals.DROPPED + "late")).isZero();
        assertThat(totals.get(Totals.DROPPED + "other")).isEqualTo(4);
    }
}
