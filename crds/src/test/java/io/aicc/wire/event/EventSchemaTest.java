package io.aicc.wire.event;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.aicc.wire.WireJson;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Keeps what is published about events true: {@code -Dgolden.write=true} rewrites the schema. */
class EventSchemaTest {
    private static final Path DOCS =
            Path.of(System.getProperty("aicc.root", "..")).resolve("docs");
    private static final Path SCHEMA = DOCS.resolve("events.schema.json");

    private static ObjectNode schema() {
        ObjectNode schema = WireJson.mapper().createObjectNode();
        schema.put("$schema", "https://json-schema.org/draft/2020-12/schema");
        schema.put("title", "aicc transcript event, version " + Event.VERSION);
        schema.put("$comment", "Generated from the types; unknown types and properties are to be ignored.");
        ArrayNode oneOf = schema.putArray("oneOf");
        new TreeMap<>(EventBody.types()).forEach((name, type) -> {
            ObjectNode body = object(type);
            ObjectNode properties = WireJson.mapper().createObjectNode();
            properties.putObject("v").put("const", Event.VERSION);
            properties.putObject("type").put("const", name);
            for (String field : List.of("event_id", "call_id", "session_id")) {
                properties.putObject(field).put("type", "string");
            }
            properties.putObject("seq").put("type", "integer").put("minimum", 1);
            properties.putObject("ts").put("type", "string").put("format", "date-time");
            ArrayNode required = WireJson.mapper().createArrayNode();
            properties.fieldNames().forEachRemaining(required::add);
            required.addAll((ArrayNode) body.get("required"));
            properties.setAll((ObjectNode) body.get("properties"));
            ObjectNode event = oneOf.addObject();
            event.put("title", name).put("type", "object");
            event.set("properties", properties);
            event.set("required", required);
        });
        return schema;
    }

    private static ObjectNode object(Class<?> record) {
        ObjectNode object = WireJson.mapper().createObjectNode().put("type", "object");
        ObjectNode properties = object.putObject("properties");
        ArrayNode required = object.putArray("required");
        for (RecordComponent component : record.getRecordComponents()) {
            String name = component.getName().replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
            properties.set(name, of(component.getGenericType()));
            if (!component.getAnnotatedType().isAnnotationPresent(Nullable.class)) {
                required.add(name);
            }
        }
        return object;
    }

    private static ObjectNode of(Type type) {
        ObjectNode schema = WireJson.mapper().createObjectNode();
        if (type == String.class) {
            return schema.put("type", "string");
        } else if (type == int.class || type == long.class || type == Long.class) {
            return schema.put("type", "integer");
        } else if (type == boolean.class) {
            return schema.put("type", "boolean");
        } else if (type == Double.class) {
            return schema.put("type", "number");
        } else if (type == Channel.class) {
            schema.set("enum", WireJson.mapper().valueToTree(Channel.values()));
            return schema;
        } else if (type instanceof ParameterizedType list && list.getRawType() == List.class) {
            schema.put("type", "array").set("items", of(list.getActualTypeArguments()[0]));
            return schema;
        } else if (type instanceof ParameterizedType map && map.getRawType() == Map.class) {
            schema.put("type", "object").set("additionalProperties", of(map.getActualTypeArguments()[1]));
            return schema;
        } else if (type instanceof Class<?> record && record.isRecord()) {
            return object(record);
        }
        throw new IllegalArgumentException("no schema for " + type);
    }

    private static List<String> examples() throws Exception {
        return Pattern.compile("```json\n(\\{\"v\".*?)\n```", Pattern.DOTALL)
                .matcher(Files.readString(DOCS.resolve("events.md")))
                .results()
                .map(it -> it.group(1))
                .toList();
    }

    @Test
    void publishedSchemaIsThatOfTheTypes() throws Exception {
        String expected = schema().toPrettyString() + "\n";
        if (Boolean.getBoolean("golden.write")) {
            Files.writeString(SCHEMA, expected);
        }
        assertThat(Files.readString(SCHEMA)).isEqualTo(expected);
    }

    @Test
    void everyTypeHasAnExampleThatIsExactlyWhatWeSend() throws Exception {
        TreeSet<String> shown = new TreeSet<>();
        for (String example : examples()) {
            Event event = Event.parse(example).orElseThrow();
            assertThat(WireJson.mapper().readTree(event.toJson()))
                    .isEqualTo(WireJson.mapper().readTree(example));
            shown.add(event.body().type());
        }
        assertThat(shown).isEqualTo(new TreeSet<>(EventBody.types().keySet()));
    }

    @Test
    void everyExampleHasWhatTheSchemaRequiresAndNothingElse() throws Exception {
        Map<String, JsonNode> byType = new TreeMap<>();
        schema().get("oneOf").forEach(it -> byType.put(it.get("title").asText(), it));
        for (String example : examples()) {
            JsonNode event = WireJson.mapper().readTree(example);
            JsonNode schema =
                    Objects.requireNonNull(byType.get(event.get("type").asText()));
            TreeSet<String> names = new TreeSet<>();
            event.fieldNames().forEachRemaining(names::add);
            schema.get("required").forEach(it -> assertThat(names).contains(it.asText()));
            assertThat(names).allMatch(it -> schema.get("properties").has(it));
        }
    }
}
