package io.aicc.demo.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * The part of Kubernetes' JSONPath that printer columns use: fields, {@code [2]}, {@code [*]} and the filter
 * {@code [?(@.type=="Ready")]}.
 *
 * @see <a href="https://kubernetes.io/docs/reference/kubectl/jsonpath/">JSONPath support</a>
 */
final class JsonPath {
    private static final Pattern STEP = Pattern.compile("\\.?(?:"
            + "\\[\\?\\(\\s*@\\.(?<filter>[\\w.-]+)\\s*(?<operator>==|!=)\\s*[\"'](?<value>[^\"']*)[\"']\\s*\\)]"
            + "|\\[(?<index>-?\\d+)]"
            + "|\\[(?<all>\\*)]"
            + "|\\['(?<quoted>[^']+)']"
            + "|(?<field>(?:[^.\\[\\\\]|\\\\.)+)"
            + ")");

    private final List<Function<JsonNode, Stream<JsonNode>>> steps;

    private JsonPath(List<Function<JsonNode, Stream<JsonNode>>> steps) {
        this.steps = steps;
    }

    /** @throws IllegalArgumentException when the path uses more than this class knows */
    static JsonPath compile(String path) {
        List<Function<JsonNode, Stream<JsonNode>>> steps = new ArrayList<>();
        Matcher matcher = STEP.matcher(path);
        int position = 0;
        while (position < path.length()) {
            if (!matcher.find(position) || matcher.start() != position) {
                throw new IllegalArgumentException("JSONPath not understood at %d: %s".formatted(position, path));
            }
            steps.add(step(matcher));
            position = matcher.end();
        }
        return new JsonPath(steps);
    }

    /** All values that the path leads to; none when a step leads nowhere. */
    List<JsonNode> read(JsonNode object) {
        Stream<JsonNode> found = Stream.of(object);
        for (Function<JsonNode, Stream<JsonNode>> step : steps) {
            found = found.flatMap(step);
        }
        return found.filter(node -> !node.isMissingNode() && !node.isNull()).toList();
    }

    private static Function<JsonNode, Stream<JsonNode>> step(Matcher matcher) {
        if (matcher.group("filter") instanceof String filter) {
            String value = matcher.group("value");
            boolean wanted = "==".equals(matcher.group("operator"));
            return node ->
                    items(node).filter(item -> Json.at(item, filter).asText().equals(value) == wanted);
        }
        if (matcher.group("index") instanceof String text) {
            int index = Integer.parseInt(text);
            return node -> Stream.of(node.path(index < 0 ? node.size() + index : index));
        }
        if (matcher.group("all") != null) {
            return JsonPath::items;
        }
        String field = matcher.group("quoted") instanceof String quoted
                ? quoted
                : matcher.group("field").replaceAll("\\\\(.)", "$1");
        return node -> Stream.of(node.path(field));
    }

    private static Stream<JsonNode> items(JsonNode node) {
        return StreamSupport.stream(node.spliterator(), false);
    }
}
