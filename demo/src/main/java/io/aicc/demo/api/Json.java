package io.aicc.demo.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** JSON trees, as the server stores and sends them. A stored tree is never changed: writers work on a copy. */
final class Json {
    /** Beyond ASCII everything is escaped: fabric8 7.5 takes a watch over HTTP apart wrongly after other characters. */
    private static final ObjectMapper JSON =
            JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

    private static final ObjectMapper YAML = new YAMLMapper();

    private Json() {}

    static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    static ArrayNode array() {
        return JsonNodeFactory.instance.arrayNode();
    }

    static ArrayNode strings(Iterable<String> values) {
        ArrayNode array = array();
        values.forEach(array::add);
        return array;
    }

    static List<String> strings(JsonNode array) {
        List<String> values = new ArrayList<>();
        array.forEach(value -> values.add(value.asText()));
        return values;
    }

    /** Reads JSON, or YAML where the text is not a JSON object or array (server-side apply sends either). */
    static JsonNode read(byte[] body) {
        try {
            int first = firstCharacter(body);
            JsonNode tree = first == '{' || first == '[' ? JSON.readTree(body) : YAML.readTree(body);
            return tree == null ? JsonNodeFactory.instance.missingNode() : tree;
        } catch (IOException unreadable) {
            throw Failure.badRequest("the body of the request could not be read as JSON: "
                    + String.valueOf(unreadable.getMessage())
                            .lines()
                            .findFirst()
                            .orElse(""));
        }
    }

    /** Reads every document of a YAML stream. */
    static List<ObjectNode> readDocuments(byte[] yaml) throws IOException {
        try (var documents = YAML.readerFor(JsonNode.class).<JsonNode>readValues(yaml)) {
            List<ObjectNode> objects = new ArrayList<>();
            while (documents.hasNext()) {
                if (documents.next() instanceof ObjectNode object) {
                    objects.add(object);
                }
            }
            return objects;
        }
    }

    static byte[] bytes(JsonNode tree) {
        try {
            return JSON.writeValueAsBytes(tree);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("a JSON tree could not be written", impossible);
        }
    }

    static String text(JsonNode tree) {
        return new String(bytes(tree), StandardCharsets.UTF_8);
    }

    /** The node at a dotted path such as {@code metadata.name}. */
    static JsonNode at(JsonNode tree, String dottedPath) {
        JsonNode node = tree;
        for (String field : dottedPath.split("\\.")) {
            node = node.path(field);
        }
        return node;
    }

    /** UIDs of the owners that an object names. */
    static Set<String> ownerUids(JsonNode object) {
        JsonNode references = object.path("metadata").path("ownerReferences");
        Set<String> uids = new HashSet<>();
        references.forEach(reference -> uids.add(reference.path("uid").asText()));
        return uids;
    }

    /** A copy whose metadata may be changed; everything else is the same, in both senses. */
    static ObjectNode withOwnMetadata(ObjectNode object) {
        ObjectNode copy = object().setAll(object);
        copy.set("metadata", object.path("metadata").deepCopy());
        return copy;
    }

    /**
     * Puts in place of a part that is equal in an earlier state of the object that very part: the log remembers thousands of
     * states, and most differ in a few words. Not the metadata, which every state has of its own.
     */
    static void share(ObjectNode earlier, ObjectNode object) {
        for (var field : object.properties()) {
            JsonNode same = earlier.get(field.getKey());
            if (!"metadata".equals(field.getKey()) && field.getValue().equals(same)) {
                field.setValue(same);
            }
        }
    }

    private static int firstCharacter(byte[] body) {
        for (byte b : body) {
            if (!Character.isWhitespace(b)) {
                return b;
            }
        }
        return -1;
    }
}
