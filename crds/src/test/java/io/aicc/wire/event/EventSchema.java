package io.aicc.wire.event;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.aicc.wire.WireJson;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** JSON Schema of the events, made from their types. */
final class EventSchema {
    private EventSchema() {}

    /** Of every event: one of the types. */
    static ObjectNode ofAll() {
        ObjectNode schema = WireJson.mapper().createObjectNode();
        schema.put("$schema", "https://json-schema.org/draft/2020-12/schema");
        schema.put("title", "aicc transcript event, version " + Event.VERSION);
        schema.put("$comment", "Generated from the types; unknown types and properties are to be ignored.");
        ArrayNode oneOf = schema.putArray("oneOf");
        new TreeMap<>(EventBody.types()).forEach((name, type) -> oneOf.add(ofEvent(name, type)));
        return schema;
    }

    /** Of one type, envelope included. */
    static ObjectNode ofEvent(String name, Class<?> type) {
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
        ObjectNode event = WireJson.mapper().createObjectNode();
        event.put("title", name).put("type", "object");
        event.set("properties", properties);
        event.set("required", required);
        return event;
    }

    /** Of what a receiver says. */
    static ObjectNode ofAnswer(String name, Class<?> type) {
        ObjectNode answer = object(type);
        ((ObjectNode) answer.get("properties")).putObject("type").put("const", name);
        ((ArrayNode) answer.get("required")).add("type");
        return answer;
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
}
