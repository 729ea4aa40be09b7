package io.aicc.wire.event;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.aicc.wire.WireJson;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * The rule of docs/events.md: within one {@code v} events only gain types and optional properties. {@code released/} holds schema
 * and samples of the release before this one, replaced at a release; {@code newer.jsonl} is what the next one may send.
 */
class CompatibilityTest {
    private static List<String> lines(String file) throws IOException {
        return new String(bytes(file), StandardCharsets.UTF_8).lines().toList();
    }

    private static byte[] bytes(String file) throws IOException {
        try (InputStream in = Objects.requireNonNull(CompatibilityTest.class.getResourceAsStream(file), file)) {
            return in.readAllBytes();
        }
    }

    private static Map<String, JsonNode> byType(JsonNode schema) {
        Map<String, JsonNode> types = new HashMap<>();
        schema.get("oneOf").forEach(type -> types.put(type.get("title").asText(), type));
        return types;
    }

    private static Set<String> texts(JsonNode array) {
        Set<String> texts = new HashSet<>();
        array.forEach(text -> texts.add(text.asText()));
        return texts;
    }

    @Test
    void whatTheReleaseBeforeSentIsReadAndMeansTheSame() throws Exception {
        assertThat(lines("released/events.jsonl")).hasSizeGreaterThan(11);
        for (String line : lines("released/events.jsonl")) {
            Event event = Event.parse(line).orElseThrow();
            assertThat(WireJson.mapper().readTree(event.toJson()))
                    .isEqualTo(WireJson.mapper().readTree(line));
        }
    }

    @Test
    void receiverOfThisReleaseReadsWhatItKnowsOfANewerOne() throws Exception {
        List<Event> known = lines("newer.jsonl").stream()
                .flatMap(line -> {
                    try {
                        return Event.parse(line).stream();
                    } catch (IOException e) {
                        throw new AssertionError(line, e);
                    }
                })
                .toList();

        assertThat(known).extracting(event -> event.body().type()).containsExactly("session.started", "gap");
        assertThat(known.getLast().body())
                .isEqualTo(new EventBody.Gap(Channel.AGENT, "a_reason_of_tomorrow", 3000, 3400));
    }

    @Test
    void receiverOfTheReleaseBeforeFindsEverythingWhereItWas() throws Exception {
        Map<String, JsonNode> before = byType(WireJson.mapper().readTree(bytes("released/schema.json")));
        Map<String, JsonNode> now = byType(EventSchema.ofAll());
        assertThat(now.keySet()).containsAll(before.keySet());
        before.forEach((type, old) -> {
            JsonNode present = Objects.requireNonNull(now.get(type), type);
            old.get("properties").properties().forEach(property -> assertThat(
                            present.at("/properties/" + property.getKey()))
                    .as(type + " " + property.getKey())
                    .isEqualTo(property.getValue()));
            // What a receiver relied on stays; what is new may be missing in the events of an older worker.
            assertThat(texts(present.get("required"))).as(type).isEqualTo(texts(old.get("required")));
        });
    }

    @Test
    void workerReadsAnswersOfANewerReceiver() throws Exception {
        ReceiverMessage ack =
                WireJson.mapper().readValue("{\"type\":\"ack\",\"seq\":7,\"lag_ms\":12}", ReceiverMessage.class);
        assertThat(ack).isEqualTo(new ReceiverMessage.Ack(7));
    }
}
