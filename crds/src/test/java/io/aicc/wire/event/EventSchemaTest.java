package io.aicc.wire.event;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.aicc.wire.WireJson;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Keeps what is published about events true: {@code -Dgolden.write=true} rewrites schema and AsyncAPI. */
class EventSchemaTest {
    private static final SchemaRegistry VALIDATOR =
            SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);

    private static void assertPublished(String file, JsonNode made) throws Exception {
        Path published = PublishedEvents.DOCS.resolve(file);
        String expected = made.toPrettyString() + "\n";
        if (Boolean.getBoolean("golden.write")) {
            Files.writeString(published, expected);
        }
        assertThat(Files.readString(published)).isEqualTo(expected);
    }

    @Test
    void publishedSchemaIsThatOfTheTypes() throws Exception {
        assertPublished("events.schema.json", EventSchema.ofAll());
    }

    @Test
    void publishedAsyncApiIsThatOfTheTypes() throws Exception {
        assertPublished("events.asyncapi.json", AsyncApi.document(PublishedEvents.examples()));
    }

    @Test
    void everyTypeHasAnExampleThatIsExactlyWhatWeSend() throws Exception {
        TreeSet<String> shown = new TreeSet<>();
        for (JsonNode example : PublishedEvents.examples()) {
            Event event = Event.parse(example.toString()).orElseThrow();
            assertThat(WireJson.mapper().readTree(event.toJson())).isEqualTo(example);
            shown.add(event.body().type());
        }
        assertThat(shown).isEqualTo(new TreeSet<>(EventBody.types().keySet()));
    }

    /** No schema knows these. */
    @Test
    void examplesNameUtterancesAndTimeInterimsAsTheWorkerDoes() throws Exception {
        for (JsonNode example : PublishedEvents.examples()) {
            if (example.has("utterance_id")) {
                String expected = example.get("channel").asText() + "-" + example.get("start_ms");
                assertThat(example.get("utterance_id").asText()).isEqualTo(expected);
            }
            if (example.get("type").asText().equals("transcript.interim")) {
                assertThat(example.at("/stt/latency_ms").asLong()).isZero();
            }
        }
    }

    @Test
    void everyExampleIsValid() throws Exception {
        Schema schema = VALIDATOR.getSchema(EventSchema.ofAll());
        for (JsonNode example : PublishedEvents.examples()) {
            assertThat(schema.validate(example)).as(example.toString()).isEmpty();
        }
    }

    @Test
    void everyMessageOfTheAsyncApiHasAnExampleThatIsValid() throws Exception {
        JsonNode document = AsyncApi.document(PublishedEvents.examples());
        JsonNode messages = document.at("/components/messages");
        assertThat(messages.size()).isEqualTo(EventBody.types().size() + 2);
        for (JsonNode message : messages) {
            Schema schema = VALIDATOR.getSchema(message.get("payload"));
            JsonNode example = message.at("/examples/0/payload");
            assertThat(schema.validate(example))
                    .as(message.get("name").asText())
                    .isEmpty();
        }
    }

    @Test
    void schemaRefusesAnEventThatLacksSomething() throws Exception {
        Schema schema = VALIDATOR.getSchema(EventSchema.ofAll());
        for (JsonNode example : PublishedEvents.examples()) {
            JsonNode broken = ((com.fasterxml.jackson.databind.node.ObjectNode) example.deepCopy()).without("seq");
            assertThat(schema.validate(broken)).as(broken.toString()).isNotEmpty();
        }
    }

    @Test
    void everyReferenceInTheAsyncApiLeadsSomewhere() throws Exception {
        JsonNode document = AsyncApi.document(PublishedEvents.examples());
        for (JsonNode reference : document.findValues("$ref")) {
            assertThat(document.at(reference.asText().substring(1)).isMissingNode())
                    .as(reference.asText())
                    .isFalse();
        }
    }
}
