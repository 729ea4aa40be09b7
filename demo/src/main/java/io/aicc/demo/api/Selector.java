package io.aicc.demo.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A label selector and a field selector, both of which an object must match. */
final class Selector {
    static final Selector EVERYTHING = new Selector(List.of());

    /** A comma that does not stand between parentheses. */
    private static final Pattern COMMA = Pattern.compile(",(?![^(]*\\))");

    private static final Pattern SET = Pattern.compile("(\\S+)\\s+(in|notin)\\s*\\(([^)]*)\\)");
    private static final Pattern EQUALITY = Pattern.compile("([^=!\\s]+)\\s*(=|==|!=)\\s*([^=!]*)");
    private static final Pattern PRESENCE = Pattern.compile("(!?)\\s*([^=!\\s(),]+)");

    private final List<Predicate<JsonNode>> conditions;

    private Selector(List<Predicate<JsonNode>> conditions) {
        this.conditions = conditions;
    }

    static Selector parse(ResourceKind kind, @Nullable String labels, @Nullable String fields) {
        List<Predicate<JsonNode>> conditions = new ArrayList<>();
        for (String term : terms(labels)) {
            conditions.add(labelCondition(term));
        }
        for (String term : terms(fields)) {
            conditions.add(fieldCondition(kind, term));
        }
        return conditions.isEmpty() ? EVERYTHING : new Selector(conditions);
    }

    boolean matches(JsonNode object) {
        for (Predicate<JsonNode> condition : conditions) {
            if (!condition.test(object)) {
                return false;
            }
        }
        return true;
    }

    private static List<String> terms(@Nullable String selector) {
        return selector == null || selector.isBlank()
                ? List.of()
                : COMMA.splitAsStream(selector).map(String::strip).toList();
    }

    private static Predicate<JsonNode> labelCondition(String term) {
        Matcher set = SET.matcher(term);
        if (set.matches()) {
            Set<String> values = Set.copyOf(Pattern.compile(",")
                    .splitAsStream(set.group(3))
                    .map(String::strip)
                    .distinct()
                    .toList());
            return "in".equals(set.group(2))
                    ? object -> label(object, set.group(1)) instanceof String value && values.contains(value)
                    : object -> !(label(object, set.group(1)) instanceof String value && values.contains(value));
        }
        Matcher equality = EQUALITY.matcher(term);
        if (equality.matches()) {
            String value = equality.group(3).strip();
            boolean wanted = !"!=".equals(equality.group(2));
            return object -> value.equals(label(object, equality.group(1))) == wanted;
        }
        Matcher presence = PRESENCE.matcher(term);
        if (presence.matches()) {
            boolean wanted = presence.group(1).isEmpty();
            return object -> (label(object, presence.group(2)) != null) == wanted;
        }
        throw Failure.badRequest("unable to parse requirement: " + term);
    }

    private static Predicate<JsonNode> fieldCondition(ResourceKind kind, String term) {
        Matcher equality = EQUALITY.matcher(term);
        if (!equality.matches()) {
            throw Failure.badRequest("invalid selector: '%s'; can't understand '%s'".formatted(term, term));
        }
        String field = equality.group(1);
        if (!"metadata.name".equals(field)
                && !"metadata.namespace".equals(field)
                && !kind.selectableFields().contains(field)) {
            throw Failure.badRequest("field label not supported: " + field);
        }
        String value = equality.group(3).strip();
        boolean wanted = !"!=".equals(equality.group(2));
        return object -> Json.at(object, field).asText().equals(value) == wanted;
    }

    private static @Nullable String label(JsonNode object, String name) {
        JsonNode label = object.path("metadata").path("labels").get(name);
        return label == null ? null : label.asText();
    }
}
