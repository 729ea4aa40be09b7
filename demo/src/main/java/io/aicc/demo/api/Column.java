package io.aicc.demo.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * One column of {@code kubectl get}.
 *
 * @param type string, integer, number, boolean or date; dates are shown as ages
 * @param priority 0 is always shown, more only with {@code -o wide}
 * @param cell the value for an object; null when there is none
 */
record Column(String name, String type, String description, int priority, Function<JsonNode, JsonNode> cell) {
    static final Column AGE =
            Column.path("Age", "date", ".metadata.creationTimestamp", 0, "Time since the object was created.");

    static Column text(String name, String jsonPath) {
        return path(name, "string", jsonPath, 0, "");
    }

    static Column wide(String name, String jsonPath) {
        return path(name, "string", jsonPath, 1, "");
    }

    static Column count(String name, Function<JsonNode, Integer> count) {
        return new Column(name, "integer", "", 0, object -> IntNode.valueOf(count.apply(object)));
    }

    /** A column as a CustomResourceDefinition declares it in {@code additionalPrinterColumns}. */
    static Column declared(JsonNode column) {
        return path(
                column.path("name").asText(),
                column.path("type").asText("string"),
                column.path("jsonPath").asText(),
                column.path("priority").asInt(),
                column.path("description").asText());
    }

    private static Column path(String name, String type, String jsonPath, int priority, String description) {
        JsonPath path = JsonPath.compile(jsonPath);
        return new Column(name, type, description, priority, object -> cell(type, path.read(object)));
    }

    private static JsonNode cell(String type, List<JsonNode> found) {
        if (found.isEmpty()) {
            return NullNode.instance;
        }
        JsonNode first = found.getFirst();
        return switch (type) {
            case "string" ->
                TextNode.valueOf(found.stream()
                        .map(node -> node.isValueNode() ? node.asText() : Json.text(node))
                        .collect(Collectors.joining(" ")));
            case "date" -> first;
            case "boolean" -> first.isBoolean() ? first : NullNode.instance;
            default -> first.isNumber() ? first : NullNode.instance;
        };
    }
}
