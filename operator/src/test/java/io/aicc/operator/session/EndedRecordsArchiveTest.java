package io.aicc.operator.session;

import static io.aicc.operator.session.EndedRecordsRig.END;
import static io.aicc.operator.session.EndedRecordsRig.assertCalls;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.client.KubernetesClientException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of the totals when the archive is edited, deleted, full of nonsense or out of reach. */
class EndedRecordsArchiveTest {
    @RegisterExtension
    final EndedRecordsRig rig = new EndedRecordsRig();

    private final TinyApi api = rig.api;

    @Test
    void anEpochThatSomebodyMadeUpHoldsTheTotalsUpUntilANewerLeaderWouldHaveDeposedUs() {
        rig.ended("call-1");
        api.edit("aicc-operator", "epoch", "999999999999999999");
        EndedRecords records = rig.lead();
        assertThat(records.totals()).isEmpty();
        records.sweep();
        assertThat(records.totals()).isEmpty();

        rig.now = rig.now.plus(Archive.DEPOSED_BY_THEN);
        records.sweep();

        assertCalls(records, 1);
        assertThat(api.data("aicc-operator")).containsEntry("epoch", "1");
    }

    /** As much as the API server takes, in each place that somebody may put it. */
    @ParameterizedTest
    @ValueSource(strings = {"totals", "counted", "unreadable", "epoch", "notes"})
    void anArchiveFullOfRubbishIsMadeOursAndTheRubbishGoes(String entry) {
        api.edit("aicc-operator", entry, "?! ".repeat(340_000));
        rig.ended("call-1");
        EndedRecords records = rig.lead();
        assertCalls(records, 1);
        rig.now = END.plusSeconds(3_601);

        records.sweep();

        assertThat(api.sessions()).isEmpty();
        assertCalls(rig.lead(), 1);
        assertThat(api.data("aicc-operator")).doesNotContainKey("notes");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"calls.ended -5", "calls.ended", "calls.ended 99999999999999999999", "{}", "calls.ended 1 2"})
    void anArchiveThatMakesNoSenseIsKeptBesideAndNobodyWaits(String nonsense) {
        api.edit("aicc-operator", "totals", nonsense);
        rig.ended("call-1");

        EndedRecords records = rig.lead();

        assertCalls(records, 1);
        assertThat(api.data("aicc-operator"))
                .containsEntry("unreadable", nonsense)
                .containsEntry("totals", "");
    }

    @Test
    void namesThatTheArchiveDoesNotKnowAddNoSeries() {
        api.edit("aicc-operator", "totals", "calls.ended 7\ndropped.invented 3\n");

        assertCalls(rig.lead(), 7);
        assertThat(rig.lead().totals().orElseThrow().all(Totals.DROPPED))
                .containsOnlyKeys(Tally.REASONS)
                .doesNotContainValue(3L);
    }

    @ParameterizedTest
    @CsvSource({"totals, calls.ended 1000", "totals, nonsense", "counted, somebody", "epoch, nonsense", "epoch, 1"})
    void anEditIsOverwrittenByWhoeverLeads(String entry, String text) {
        rig.ended("call-1", "call-2");
        rig.epoch = 10;
        EndedRecords records = rig.lead();
        api.edit("aicc-operator", entry, text);
        rig.now = END.plusSeconds(3_601);
        records.sweep();

        assertCalls(records, 2);
        assertCalls(rig.lead(), 2);
        assertThat(api.sessions()).isEmpty();
    }

    @Test
    void anArchiveThatSomebodyDeletedIsMadeAgain() {
        rig.ended("call-1", "call-2");
        EndedRecords records = rig.lead();
        api.removeConfigMap("aicc-operator");
        rig.now = END.plusSeconds(3_601);
        records.sweep();

        assertCalls(rig.lead(), 2);
    }

    @Test
    void withoutItsArchiveItDeletesNoRecordsAndShowsNoTotalsUntilItHasIt() {
        rig.ended("call-1", "call-2");
        api.edit("aicc-operator", "totals", "calls.ended 5\n");
        api.answers(0, false);
        EndedRecords records = rig.records(new SimpleMeterRegistry());
        assertThatThrownBy(() -> records.lead(1, record -> {})).isInstanceOf(KubernetesClientException.class);
        rig.now = END.plusSeconds(3_601);
        records.sweep();
        assertThat(records.totals()).isEmpty();
        api.answers(Integer.MAX_VALUE, false);

        records.sweep();

        assertCalls(records, 7);
        assertThat(api.sessions()).isEmpty();
    }
}
