package io.aicc.wire.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.aicc.wire.WireJson;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EventTest {
    private static Event event(EventBody body) {
        return new Event(Event.VERSION, "e-1", "call-1", "uid-1", 7, "2026-01-31T12:00:00.000000Z", body);
    }

    @Test
    void finalIsOneFlatObjectWithTheFixedNames() throws Exception {
        Event event = event(new EventBody.TranscriptFinal(
                Channel.AGENT,
                "agent-3",
                4,
                true,
                1200,
                2400,
                "press one",
                "en-US",
                0.9,
                List.of(new EventBody.Word("press", 1200, 1800, null)),
                new EventBody.Stt("sphinx", "phrases", 12)));

        assertThat(WireJson.mapper().readTree(event.toJson()))
                .isEqualTo(WireJson.mapper().readTree("""
                        {"v":1,"type":"transcript.final","event_id":"e-1","call_id":"call-1","session_id":"uid-1","seq":7,
                         "ts":"2026-01-31T12:00:00.000000Z","channel":"agent","utterance_id":"agent-3","revision":4,
                         "is_final":true,"start_ms":1200,"end_ms":2400,"text":"press one","language":"en-US",
                         "confidence":0.9,"words":[{"text":"press","start_ms":1200,"end_ms":1800}],
                         "stt":{"engine":"sphinx","model":"phrases","latency_ms":12}}"""));
        assertThat(Event.parse(event.toJson())).contains(event);
    }

    @Test
    void closingEventSurvivesTheWire() throws Exception {
        Event event = event(new EventBody.SessionEnded(
                "CustomerHangup", 61_000, Map.of(Channel.CUSTOMER, 3L, Channel.AGENT, 4L), 16, 0));

        assertThat(event.toJson()).contains("\"finals\":{").contains("\"customer\":3");
        assertThat(Event.parse(event.toJson())).contains(event);
    }

    @Test
    void hostileNumberStaysInsideItsString() throws Exception {
        Event event = event(new EventBody.SessionStarted("\"},{\"type\":\"x\u2028\n", "<script>", "en-US", 1));

        assertThat(event.toJson()).doesNotContain("\n");
        assertThat(Event.parse(event.toJson())).contains(event);
    }

    @Test
    void typeFromTheFutureIsIgnored() throws Exception {
        assertThat(Event.parse("{\"v\":2,\"type\":\"mood\",\"seq\":1}")).isEmpty();
    }

    @Test
    void whatIsNoEventIsRefused() {
        for (String json : List.of(
                "[1,2",
                "",
                "null",
                "7",
                "{}",
                "{\"type\":null}",
                "{\"type\":\"heartbeat\"}",
                "{\"type\":\"heartbeat\",\"event_id\":\"e\",\"call_id\":\"c\",\"session_id\":null,\"ts\":\"t\"}")) {
            assertThatThrownBy(() -> Event.parse(json)).as(json).isInstanceOf(JsonProcessingException.class);
        }
    }

    @Test
    void receiverMessagesAreReadByTheirType() throws Exception {
        assertThat(WireJson.mapper().readValue("{\"type\":\"ack\",\"seq\":12}", ReceiverMessage.class))
                .isEqualTo(new ReceiverMessage.Ack(12));
        assertThat(WireJson.mapper().readValue("{\"type\":\"resume\",\"last_seq\":3}", ReceiverMessage.class))
                .isEqualTo(new ReceiverMessage.Resume(3));
    }

    @Test
    void receiverMessageWithoutItsNumberIsRefused() {
        assertThatThrownBy(() -> WireJson.mapper().readValue("{\"type\":\"ack\"}", ReceiverMessage.class))
                .hasMessageContaining("seq");
        assertThatThrownBy(() -> WireJson.mapper().readValue("{\"type\":\"resume\"}", ReceiverMessage.class))
                .hasMessageContaining("last_seq");
    }
}
