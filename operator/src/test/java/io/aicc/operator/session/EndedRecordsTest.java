package io.aicc.operator.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.aicc.operator.kube.KubeWrites;
import io.aicc.operator.pool.WarmPools;
import io.aicc.operator.session.CallSessionReconciler.Home;
import io.aicc.operator.session.Tally.End;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is counted of sessions that are over, and by whom, while operators come and go and people edit what is kept. */
class EndedRecordsTest {
    private static final Instant END = Instant.parse("2026-01-31T12:00:00Z");
    private static final Tally DELETED = new Tally(End.DELETED, 4_000, 100, 90, 0, Map.of("late", 2L));

    private final TinyApi api = new TinyApi();
    private Instant now = END.plusSeconds(60);
    private long epoch;

    EndedRecordsTest() throws IOException {}

    @AfterEach
    void stop() {
        api.close();
    }

    @Test
    void whoeverTakesTheLeadGoesOnFromRecordsAndArchive() {
        ended("call-1", "call-2", "call-3");
        EndedRecords first = lead();
        assertCalls(first, 3);
        now = END.plusSeconds(3_601);
        first.sweep();
        assertThat(api.sessions()).isEmpty();
        ended("call-4");

        EndedRecords next = lead();

        assertCalls(next, 4);
        assertCalls(first, 3);
    }

    /** Each request may be the last that a process makes, carried out or not. */
    @ParameterizedTest
    @CsvSource({"0,true", "1,false", "1,true", "2,false", "2,true", "3,false", "3,true", "4,false"})
    void noSessionIsCountedTwiceOrNotAtAllWhereverTheProcessEnds(int requests, boolean lastIsCarriedOut) {
        ended("call-1", "call-2", "call-3");
        EndedRecords doomed = lead();
        assertThat(doomed.keep("orphan", DELETED)).isFalse();
        now = END.plusSeconds(3_601);
        api.answers(requests, lastIsCarriedOut);
        doomed.sweep();
        api.answers(Integer.MAX_VALUE, false);

        EndedRecords next = lead();
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
        assertCalls(lead(), 3);
    }

    @Test
    void theSameProcessTriesAgainAndCountsOnceWhateverTheServerDidNotAnswer() {
        ended("call-1", "call-2", "call-3");
        EndedRecords records = lead();
        now = END.plusSeconds(3_601);
        for (int requests = 0; requests < 5; requests++) {
            api.answers(requests, true);
            records.sweep();
            now = now.plusSeconds(60);
        }
        api.answers(Integer.MAX_VALUE, false);
        records.sweep();
        records.sweep();

        assertThat(api.sessions()).isEmpty();
        assertCalls(records, 3);
        assertCalls(lead(), 3);
    }

    @Test
    void oneWriteTakesAllThatAreDueIntoTheArchive() {
        for (int i = 0; i < 40; i++) {
            ended("call-" + i);
        }
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        EndedRecords records = lead(meters);
        now = END.plusSeconds(3_601);
        records.sweep();

        assertThat(api.sessions()).isEmpty();
        assertThat(meters.get("aicc_api_writes").tag("kind", "ConfigMap").counters().stream()
                        .mapToDouble(counter -> counter.count())
                        .sum())
                .as("one to claim it, one for all forty")
                .isEqualTo(2);
    }

    @Test
    void aLeaderThatWasReplacedPutsNothingIntoTheArchiveThatTheNextOneCountsTwice() {
        ended("call-1", "call-2");
        EndedRecords paused = lead();
        EndedRecords next = lead();
        now = END.plusSeconds(3_601);
        paused.sweep();
        assertThat(api.sessions()).as("it may delete nothing").containsExactly("call-1", "call-2");
        paused.sweep();
        next.sweep();
        next.sweep();

        assertCalls(next, 2);
        assertCalls(lead(), 2);
    }

    @Test
    void aRecordThatCannotBeDeletedKeepsNoOtherFromGoingAndIsCountedOnce() {
        ended("call-1", "call-2", "call-3", "call-4");
        api.deletable("call-1", false);
        api.hold("call-2", true);
        EndedRecords records = lead();
        now = END.plusSeconds(3_601);
        records.sweep();
        assertThat(api.sessions()).containsExactly("call-1", "call-2");

        ended("call-5"); // Due as well, and enters while the two are still there.
        EndedRecords next = lead();
        next.sweep();
        assertThat(api.sessions()).containsExactly("call-1", "call-2");
        assertCalls(next, 5);
        assertCalls(lead(), 5);

        api.deletable("call-1", true);
        api.hold("call-2", false);
        EndedRecords last = lead();
        last.sweep();
        assertThat(api.sessions()).isEmpty();
        assertCalls(last, 5);
        assertCalls(lead(), 5);
    }

    @Test
    void aRecordThatCannotBeDeletedIsTriedAgainEachMinuteByTheSameLeaderAndNamedInTheArchiveUntilThen() {
        ended("call-1");
        api.deletable("call-1", false);
        EndedRecords records = lead();
        now = END.plusSeconds(3_601);
        records.sweep();
        ended("call-2");
        EndedRecords same = lead();
        same.sweep();
        assertThat(api.data("aicc-operator")).hasEntrySatisfying("counted", names -> assertThat(names.lines())
                .contains("uid-of-call-1", "uid-of-call-2"));
        api.deletable("call-1", true);
        same.sweep();
        assertThat(api.sessions()).containsExactly("call-1");
        now = now.plusSeconds(60);
        same.sweep();
        assertThat(api.sessions()).isEmpty();
    }

    @Test
    void theClaimOfALeaderThatWasReplacedDoesNotWinOverThatOfTheNext() {
        ended("call-1");
        EndedRecords late = records(new SimpleMeterRegistry());
        EndedRecords next = records(new SimpleMeterRegistry());
        now = END.plusSeconds(3_601);
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
    void anEpochThatSomebodyMadeUpHoldsTheTotalsUpUntilANewerLeaderWouldHaveDeposedUs() {
        ended("call-1");
        api.edit("aicc-operator", "epoch", "999999999999999999");
        EndedRecords records = lead();
        assertThat(records.totals()).isEmpty();
        records.sweep();
        assertThat(records.totals()).isEmpty();

        now = now.plus(Archive.DEPOSED_BY_THEN);
        records.sweep();

        assertCalls(records, 1);
        assertThat(api.data("aicc-operator")).containsEntry("epoch", "1");
    }

    /** As much as the API server takes, in each place that somebody may put it. */
    @ParameterizedTest
    @ValueSource(strings = {"totals", "counted", "unreadable", "epoch", "notes"})
    void anArchiveFullOfRubbishIsMadeOursAndTheRubbishGoes(String entry) {
        api.edit("aicc-operator", entry, "?! ".repeat(340_000));
        ended("call-1");
        EndedRecords records = lead();
        assertCalls(records, 1);
        now = END.plusSeconds(3_601);

        records.sweep();

        assertThat(api.sessions()).isEmpty();
        assertCalls(lead(), 1);
        assertThat(api.data("aicc-operator")).doesNotContainKey("notes");
    }

    @Test
    void aRecordThatSomebodyDeletesStaysCountedAsLongAsTheOperatorLeads() {
        ended("call-1", "call-2");
        EndedRecords records = lead();
        api.removeSession("call-1");
        assertCalls(records, 2);
        assertCalls(lead(), 1);
        now = END.plusSeconds(3_601);
        records = lead();
        assertCalls(records, 1);
    }

    @Test
    void aRecordThatSomebodyDeletesIsInTheArchiveWhenItsTimeIsOver() {
        ended("call-1", "call-2");
        EndedRecords records = lead();
        api.removeSession("call-1");
        now = END.plusSeconds(3_601);
        records.sweep();

        assertCalls(lead(), 2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"calls.ended -5", "calls.ended", "calls.ended 99999999999999999999", "{}", "calls.ended 1 2"})
    void anArchiveThatMakesNoSenseIsKeptBesideAndNobodyWaits(String nonsense) {
        api.edit("aicc-operator", "totals", nonsense);
        ended("call-1");

        EndedRecords records = lead();

        assertCalls(records, 1);
        assertThat(api.data("aicc-operator"))
                .containsEntry("unreadable", nonsense)
                .containsEntry("totals", "");
    }

    @Test
    void namesThatTheArchiveDoesNotKnowAddNoSeries() {
        api.edit("aicc-operator", "totals", "calls.ended 7\ndropped.invented 3\n");

        assertCalls(lead(), 7);
        assertThat(lead().totals().orElseThrow().all(Totals.DROPPED))
                .containsOnlyKeys(Tally.REASONS)
                .doesNotContainValue(3L);
    }

    @ParameterizedTest
    @CsvSource({"totals, calls.ended 1000", "totals, nonsense", "counted, somebody", "epoch, nonsense", "epoch, 1"})
    void anEditIsOverwrittenByWhoeverLeads(String entry, String text) {
        ended("call-1", "call-2");
        epoch = 10;
        EndedRecords records = lead();
        api.edit("aicc-operator", entry, text);
        now = END.plusSeconds(3_601);
        records.sweep();

        assertCalls(records, 2);
        assertCalls(lead(), 2);
        assertThat(api.sessions()).isEmpty();
    }

    @Test
    void anArchiveThatSomebodyDeletedIsMadeAgain() {
        ended("call-1", "call-2");
        EndedRecords records = lead();
        api.removeConfigMap("aicc-operator");
        now = END.plusSeconds(3_601);
        records.sweep();

        assertCalls(lead(), 2);
    }

    @Test
    void withoutItsArchiveItDeletesNoRecordsAndShowsNoTotalsUntilItHasIt() {
        ended("call-1", "call-2");
        api.edit("aicc-operator", "totals", "calls.ended 5\n");
        api.answers(0, false);
        EndedRecords records = records(new SimpleMeterRegistry());
        assertThatThrownBy(() -> records.lead(1, record -> {})).isInstanceOf(KubernetesClientException.class);
        now = END.plusSeconds(3_601);
        records.sweep();
        assertThat(records.totals()).isEmpty();
        api.answers(Integer.MAX_VALUE, false);

        records.sweep();

        assertCalls(records, 7);
        assertThat(api.sessions()).isEmpty();
    }

    @Test
    void aListThatTheServerForgetsIsReadAnewAndNobodyIsCountedTwice() {
        ended("call-1", "call-2", "call-3", "call-4", "call-5");
        api.forgetLists(2);
        List<String> seen = new ArrayList<>();
        EndedRecords records = records(new SimpleMeterRegistry());
        records.lead(1, record -> seen.add(record.getMetadata().getName()));

        assertCalls(records, 5);
        assertThat(seen).contains("call-1", "call-2", "call-3", "call-4", "call-5");
        api.forgetLists(3);
        assertThatThrownBy(() -> records.lead(2, record -> {})).hasMessageContaining("too old");
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

        Totals totals = lead().totals().orElseThrow();

        assertThat(totals.get(Totals.LASTED_MS)).isZero();
        assertThat(totals.all(Totals.PACKETS)).isEqualTo(Map.of("customer", 1_000_000_000L, "agent", 0L));
        assertThat(totals.get(Totals.DROPPED + "late")).isZero();
        assertThat(totals.get(Totals.DROPPED + "other")).isEqualTo(4);
    }

    private void ended(String... names) {
        for (String name : names) {
            api.put(session(name));
        }
    }

    private static ObjectNode session(String name) {
        try {
            return (ObjectNode) JsonMapper.builder().build().readTree("""
                            {"apiVersion": "aicc.io/v1alpha1", "kind": "CallSession",
                             "metadata": {"name": "%1$s", "namespace": "calls", "uid": "uid-of-%1$s"},
                             "spec": {"callId": "pbx-%1$s", "poolRef": "gone"},
                             "status": {"phase": "Ended", "times": {"ended": "2026-01-31T12:00:00.000000Z"},
                               "summary": {"durationMs": 4000, "customerPackets": 100, "agentPackets": 90,
                                 "undelivered": 1, "packetsDropped": {"late": 2}}}}
                            """.formatted(name));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private EndedRecords lead() {
        return lead(new SimpleMeterRegistry());
    }

    private EndedRecords lead(SimpleMeterRegistry meters) {
        EndedRecords records = records(meters);
        records.lead(++epoch, record -> {});
        return records;
    }

    private EndedRecords records(SimpleMeterRegistry meters) {
        WarmPools pools = new WarmPools(
                api.client(), "calls", () -> now, RandomGenerator.getDefault(), new SimpleMeterRegistry());
        return new EndedRecords(
                new KubeWrites(api.client(), meters, InstantSource.system(), () -> true),
                pools,
                new Home("calls", "aicc-operator"),
                () -> now,
                uid -> false);
    }

    private static void assertCalls(EndedRecords records, long calls) {
        assertThat(records.totals().orElseThrow().get(Totals.CALLS + "ended")).isEqualTo(calls);
    }
}
