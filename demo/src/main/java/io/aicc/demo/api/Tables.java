package io.aicc.demo.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;

/** Objects as the {@code meta.k8s.io/v1} Table that {@code kubectl get} asks for and prints as it comes. */
final class Tables {
    private final InstantSource clock;

    Tables(InstantSource clock) {
        this.clock = clock;
    }

    /**
     * @param include what comes with each row: {@code Metadata}, {@code Object} or {@code None}
     */
    ObjectNode table(ResourceKind kind, List<ObjectNode> objects, String revision, String include) {
        ObjectNode table = Json.object().put("kind", "Table").put("apiVersion", "meta.k8s.io/v1");
        table.putObject("metadata").put("resourceVersion", revision);
        ArrayNode definitions = table.putArray("columnDefinitions");
        define(definitions, "Name", "string", "name", "Name of the object, unique in its namespace.", 0);
        for (Column column : kind.columns()) {
            // An age is text by the time it is sent.
            String type = "date".equals(column.type()) ? "string" : column.type();
            define(definitions, column.name(), type, "", column.description(), column.priority());
        }
        ArrayNode rows = table.putArray("rows");
        Instant now = clock.instant();
        for (ObjectNode object : objects) {
            ObjectNode row = rows.addObject();
            ArrayNode cells = row.putArray("cells").add(object.at("/metadata/name"));
            for (Column column : kind.columns()) {
                JsonNode cell = column.cell().apply(object);
                cells.add("date".equals(column.type()) ? age(cell, now) : cell);
            }
            switch (include) {
                case "None" -> {}
                case "Object" -> row.set("object", object);
                default -> row.set("object", metadataOf(object));
            }
        }
        return table;
    }

    /** The age of something, as kubectl writes it: two units while the larger one is small. */
    static String age(Duration age) {
        long seconds = Math.max(0, age.toSeconds());
        long minutes = seconds / 60;
        long hours = minutes / 60;
        long days = hours / 24;
        if (seconds < 120) {
            return seconds + "s";
        } else if (minutes < 10) {
            return two(minutes, "m", seconds % 60, "s");
        } else if (minutes < 180) {
            return minutes + "m";
        } else if (hours < 8) {
            return two(hours, "h", minutes % 60, "m");
        } else if (hours < 48) {
            return hours + "h";
        } else if (days < 8) {
            return two(days, "d", hours % 24, "h");
        } else if (days < 730) {
            return days + "d";
        }
        return days < 8 * 365 ? two(days / 365, "y", days % 365, "d") : days / 365 + "y";
    }

    private static String two(long large, String unit, long small, String smallUnit) {
        return small == 0 ? large + unit : large + unit + small + smallUnit;
    }

    private static JsonNode age(JsonNode cell, Instant now) {
        if (cell.isNull()) {
            return cell;
        }
        try {
            return TextNode.valueOf(age(Duration.between(Instant.parse(cell.asText()), now)));
        } catch (DateTimeException notADate) {
            return TextNode.valueOf("<invalid>");
        }
    }

    private static ObjectNode metadataOf(ObjectNode object) {
        ObjectNode partial = Json.object().put("kind", "PartialObjectMetadata").put("apiVersion", "meta.k8s.io/v1");
        partial.set("metadata", object.path("metadata"));
        return partial;
    }

    private static void define(
            ArrayNode definitions, String name, String type, String format, String description, int priority) {
        definitions
                .addObject()
                .put("name", name)
                .put("type", type)
                .put("format", format)
                .put("description", description)
                .put("priority", priority);
    }
}
