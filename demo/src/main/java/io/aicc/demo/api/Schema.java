package io.aicc.demo.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/**
 * The structural part of a custom resource's OpenAPI schema: unknown fields are pruned, defaults filled in, and what is
 * left must have the right types and keep within its limits. Rules in CEL are not evaluated here, only by a real server.
 */
final class Schema {
    private static final Set<String> NOT_OURS = Set.of("apiVersion", "kind", "metadata");

    private final JsonNode root;
    private final Map<String, Pattern> patterns = new ConcurrentHashMap<>();

    Schema(JsonNode openApiV3Schema) {
        this.root = openApiV3Schema;
    }

    JsonNode openApi() {
        return root;
    }

    /** Removes the fields that the schema does not know, and nulls it does not allow; returns their paths. */
    List<String> prune(ObjectNode object) {
        List<String> dropped = new ArrayList<>();
        prune(object, root, "", dropped);
        return dropped;
    }

    /** Fills in the defaults of fields that are absent. */
    void fillDefaults(ObjectNode object) {
        fillDefaults(object, root);
    }

    List<Failure.Cause> violations(ObjectNode object) {
        List<Failure.Cause> found = new ArrayList<>();
        validateObject(object, root, "", found);
        return found;
    }

    private static boolean openEnded(JsonNode schema) {
        return schema.path("x-kubernetes-preserve-unknown-fields").asBoolean();
    }

    private static void prune(JsonNode value, JsonNode schema, String path, List<String> dropped) {
        if (value.isArray()) {
            for (int i = 0; i < value.size(); i++) {
                prune(value.get(i), schema.path("items"), "%s[%d]".formatted(path, i), dropped);
            }
        } else if (value instanceof ObjectNode object) {
            for (String name : names(object)) {
                if (path.isEmpty() && NOT_OURS.contains(name)) {
                    continue;
                }
                String field = join(path, name);
                JsonNode known = property(schema, name);
                if (known.isMissingNode()) {
                    if (!openEnded(schema)) {
                        object.remove(name);
                        dropped.add(field);
                    }
                } else if (object.get(name).isNull() && !known.path("nullable").asBoolean()) {
                    object.remove(name);
                } else {
                    prune(object.get(name), known, field, dropped);
                }
            }
        }
    }

    private static void fillDefaults(JsonNode value, JsonNode schema) {
        if (value.isArray()) {
            value.forEach(item -> fillDefaults(item, schema.path("items")));
        } else if (value instanceof ObjectNode object) {
            schema.path("properties").properties().forEach(property -> {
                JsonNode preset = property.getValue().path("default");
                if (!preset.isMissingNode() && !object.has(property.getKey())) {
                    object.set(property.getKey(), preset.deepCopy());
                }
            });
            for (String name : names(object)) {
                fillDefaults(object.get(name), property(schema, name));
            }
        }
    }

    private void validate(JsonNode value, JsonNode schema, String path, List<Failure.Cause> found) {
        if (value.isNull() && schema.path("nullable").asBoolean()) {
            return;
        }
        String expected = schema.path("type").asText();
        if (!hasType(value, expected, schema)) {
            String actual = typeOf(value);
            found.add(new Failure.Cause(
                    "FieldValueTypeInvalid",
                    path,
                    "Invalid value: \"%s\": %s in body must be of type %s: \"%s\""
                            .formatted(actual, path, expected, actual)));
            return;
        }
        validateEnum(value, schema, path, found);
        switch (value.getNodeType()) {
            case OBJECT -> validateObject(value, schema, path, found);
            case ARRAY -> validateArray(value, schema, path, found);
            case STRING -> validateString(value.asText(), schema, path, found);
            case NUMBER -> validateNumber(value, schema, path, found);
            default -> {}
        }
    }

    private void validateObject(JsonNode object, JsonNode schema, String path, List<Failure.Cause> found) {
        for (JsonNode required : schema.path("required")) {
            if (!object.has(required.asText())) {
                found.add(new Failure.Cause("FieldValueRequired", join(path, required.asText()), "Required value"));
            }
        }
        object.properties().forEach(field -> {
            if (!(path.isEmpty() && NOT_OURS.contains(field.getKey()))) {
                JsonNode known = property(schema, field.getKey());
                if (known.isObject()) {
                    validate(field.getValue(), known, join(path, field.getKey()), found);
                }
            }
        });
    }

    private void validateArray(JsonNode array, JsonNode schema, String path, List<Failure.Cause> found) {
        int size = array.size();
        if (schema.has("maxItems") && size > schema.get("maxItems").asInt()) {
            found.add(new Failure.Cause(
                    "FieldValueTooMany",
                    path,
                    "Too many: %d: must have at most %d items"
                            .formatted(size, schema.get("maxItems").asInt())));
        }
        if (schema.has("minItems") && size < schema.get("minItems").asInt()) {
            found.add(invalid(
                    path,
                    Integer.toString(size),
                    "should have at least %d items"
                            .formatted(schema.get("minItems").asInt())));
        }
        for (int i = 0; i < size; i++) {
            validate(array.get(i), schema.path("items"), "%s[%d]".formatted(path, i), found);
        }
    }

    private void validateString(String text, JsonNode schema, String path, List<Failure.Cause> found) {
        int length = text.codePointCount(0, text.length());
        if (schema.has("maxLength") && length > schema.get("maxLength").asInt()) {
            found.add(new Failure.Cause(
                    "FieldValueTooLong",
                    path,
                    "Too long: may not be more than %d bytes"
                            .formatted(schema.get("maxLength").asInt())));
        }
        if (schema.has("minLength") && length < schema.get("minLength").asInt()) {
            found.add(invalid(
                    path,
                    quoted(text),
                    "should be at least %d chars long"
                            .formatted(schema.get("minLength").asInt())));
        }
        String pattern = schema.path("pattern").asText();
        if (!pattern.isEmpty()
                && !patterns.computeIfAbsent(pattern, Pattern::compile)
                        .matcher(text)
                        .find()) {
            found.add(invalid(path, quoted(text), "should match '%s'".formatted(pattern)));
        }
    }

    private static void validateNumber(JsonNode value, JsonNode schema, String path, List<Failure.Cause> found) {
        if (schema.has("minimum")
                && value.decimalValue().compareTo(schema.get("minimum").decimalValue()) < 0) {
            found.add(invalid(
                    path,
                    value.asText(),
                    "should be greater than or equal to %s".formatted(plain(schema.get("minimum")))));
        }
        if (schema.has("maximum")
                && value.decimalValue().compareTo(schema.get("maximum").decimalValue()) > 0) {
            found.add(invalid(
                    path,
                    value.asText(),
                    "should be less than or equal to %s".formatted(plain(schema.get("maximum")))));
        }
    }

    private static void validateEnum(JsonNode value, JsonNode schema, String path, List<Failure.Cause> found) {
        JsonNode allowed = schema.path("enum");
        if (allowed.isEmpty()) {
            return;
        }
        List<String> supported = new ArrayList<>();
        for (JsonNode one : allowed) {
            if (one.equals(value)) {
                return;
            }
            supported.add(Json.text(one));
        }
        found.add(new Failure.Cause(
                "FieldValueNotSupported",
                path,
                "Unsupported value: %s: supported values: %s"
                        .formatted(Json.text(value), String.join(", ", supported))));
    }

    private static Failure.Cause invalid(String path, String value, String rule) {
        return new Failure.Cause(
                "FieldValueInvalid", path, "Invalid value: %s: %s in body %s".formatted(value, path, rule));
    }

    private static boolean hasType(JsonNode value, String type, JsonNode schema) {
        return switch (type) {
            case "object" -> value.isObject();
            case "array" -> value.isArray();
            case "string" -> value.isTextual();
            case "boolean" -> value.isBoolean();
            case "integer" -> value.canConvertToExactIntegral();
            case "number" -> value.isNumber();
            default ->
                !schema.path("x-kubernetes-int-or-string").asBoolean()
                        || value.isTextual()
                        || value.canConvertToExactIntegral();
        };
    }

    private static String typeOf(JsonNode value) {
        return switch (value.getNodeType()) {
            case OBJECT -> "object";
            case ARRAY -> "array";
            case STRING -> "string";
            case BOOLEAN -> "boolean";
            case NUMBER -> value.isIntegralNumber() ? "integer" : "number";
            default -> "null";
        };
    }

    /** The schema of a field: its own, or the one for all further fields; missing when the field is unknown. */
    private static JsonNode property(JsonNode schema, String name) {
        JsonNode own = schema.path("properties").path(name);
        return own.isMissingNode() ? schema.path("additionalProperties") : own;
    }

    private static List<String> names(ObjectNode object) {
        List<String> names = new ArrayList<>();
        object.fieldNames().forEachRemaining(names::add);
        return names;
    }

    private static String join(String path, String name) {
        return path.isEmpty() ? name : path + "." + name;
    }

    private static String quoted(String text) {
        return Json.text(TextNode.valueOf(text));
    }

    private static String plain(JsonNode number) {
        return number.decimalValue().stripTrailingZeros().toPlainString();
    }
}
