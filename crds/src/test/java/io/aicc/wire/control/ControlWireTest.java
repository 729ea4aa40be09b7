package io.aicc.wire.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.aicc.crd.CallSessionSpec.CallEvent;
import io.aicc.crd.Codec;
import io.aicc.wire.WireJson;
import io.aicc.wire.control.WorkerReport.CallSummary;
import io.aicc.wire.control.WorkerReport.KnownCall;
import io.aicc.wire.control.WorkerReport.State;
import io.aicc.wire.control.WorkerReport.StreamCounters;
import io.aicc.wire.event.Channel;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Names and values on the control channel: an operator and workers of other versions read and write them. */
class ControlWireTest {
    private static final String TIME = "2026-01-31T12:00:00.000000Z";
    private static final String LATER = "2026-01-31T12:00:07.000000Z";

    private static final String REPORT = """
            {"state": "DRAINING", "session_uid": "uid-1",
             "known": {"generation": 2, "ready_at": "2026-01-31T12:00:00.000000Z",
               "heard_at": "2026-01-31T12:00:07.000000Z", "customer_source": "10.0.0.1:4000",
               "agent_source": "10.0.0.1:4002", "call_events": 3},
             "customer": {"received": 100, "lost": 1, "late": 2, "rejected": {"source": 3}},
             "agent": {"received": 90, "lost": 0, "late": 0, "rejected": {}},
             "transcripts": 7, "undelivered": 2, "unsaved": 1, "untranscribed_ms": 5000,
             "told": {"customer": "2026-01-31T12:00:00.000000Z", "agent": "2026-01-31T12:00:07.000000Z"},
             "summary": {"duration_ms": 4000, "transcripts": 7, "undelivered": 1, "stt_latency_ms": 120,
               "reason": "CustomerHangup"}}
            """;

    private static final String ASSIGNMENT = """
            {"session_uid": "uid-1", "session_name": "call-1", "call_id": "pbx-1", "customer_number": "+1 555 0100",
             "agent_id": "1001", "language": "en-US", "codec": "ULAW", "customer_source": "10.0.0.1:4000",
             "agent_source": "10.0.0.1:4002",
             "call_events": [{"at": "2026-01-31T12:00:00.000000Z", "type": "Hold", "channel": "agent"}],
             "generation": 2, "ready_at": "2026-01-31T12:00:00.000000Z",
             "last_heard_at": "2026-01-31T12:00:07.000000Z",
             "told": {"customer": "2026-01-31T12:00:00.000000Z", "agent": "2026-01-31T12:00:07.000000Z"},
             "requested_at": "2026-01-31T12:00:00.000000Z", "ended_at": "2026-01-31T12:00:07.000000Z"}
            """;

    @Test
    void aReportHasTheNamesItAlwaysHad() throws Exception {
        WorkerReport report = new WorkerReport(
                State.DRAINING,
                "uid-1",
                new KnownCall(2, TIME, LATER, "10.0.0.1:4000", "10.0.0.1:4002", 3),
                new StreamCounters(100, 1, 2, Map.of("source", 3L)),
                new StreamCounters(90, 0, 0, Map.of()),
                7,
                2,
                1L,
                5_000L,
                new CoveredUntil(TIME, LATER),
                new CallSummary(4_000, 7, 1, 120, "CustomerHangup"));

        assertSame(REPORT, report, WorkerReport.class);
    }

    @Test
    void aWorkerOfBeforeHasNothingUnsaved() throws Exception {
        WorkerReport report = WireJson.mapper().readValue(REPORT.replace("\"unsaved\": 1,", ""), WorkerReport.class);

        assertThat(report.unsaved()).isNull();
        assertThat(report.outboxHandedOn().undelivered()).isZero();
    }

    @Test
    void anAssignmentHasTheNamesItAlwaysHad() throws Exception {
        CallAssignment assignment = new CallAssignment(
                "uid-1",
                "call-1",
                "pbx-1",
                "+1 555 0100",
                "1001",
                "en-US",
                Codec.ULAW,
                "10.0.0.1:4000",
                "10.0.0.1:4002",
                List.of(new CallEvent(TIME, CallEvent.Type.Hold, Channel.AGENT, null)),
                2,
                TIME,
                LATER,
                new CoveredUntil(TIME, LATER),
                TIME,
                LATER);

        assertSame(ASSIGNMENT, assignment, CallAssignment.class);
    }

    @ParameterizedTest
    @CsvSource({"generation, -1", "generation, 0", "generation, 9000001", "call_events, -1"})
    void aReportOfACallWithANumberThatCannotBeTrueIsNotRead(String name, String value) {
        String report = REPORT.replaceFirst("\"" + name + "\": \\d+", "\"" + name + "\": " + value);

        assertThatThrownBy(() -> WireJson.read(report, WorkerReport.class))
                .isInstanceOf(JsonProcessingException.class)
                .hasMessageContaining("known." + name);
    }

    private static <T> void assertSame(String json, T message, Class<T> type) throws Exception {
        JsonMapper mapper = WireJson.mapper();
        assertThat(mapper.readTree(mapper.writeValueAsString(message))).isEqualTo(mapper.readTree(json));
        assertThat(WireJson.read(json, type)).isEqualTo(message);
    }

    /** A worker that was broken into may name new ones after each start, and somebody may have edited a record. */
    @Test
    void reasonsBeyondWhatThereAreCountAsOne() {
        StreamCounters first = StreamCounters.bounded(1, 0, 0, reasons("a", 40));
        StreamCounters second = StreamCounters.bounded(1, 0, 0, reasons("b", 33));

        StreamCounters sum = first.plus(second);

        assertThat(sum.rejected()).hasSizeLessThanOrEqualTo(33);
        assertThat(sum.refused()).isEqualTo(73);
    }

    private static Map<String, Long> reasons(String prefix, int count) {
        return IntStream.range(0, count).boxed().collect(Collectors.toMap(i -> prefix + i, i -> 1L));
    }
}
