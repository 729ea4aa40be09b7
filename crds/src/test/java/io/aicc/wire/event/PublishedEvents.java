package io.aicc.wire.event;

import com.fasterxml.jackson.databind.JsonNode;
import io.aicc.wire.WireJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** What docs/ says about events. */
final class PublishedEvents {
    static final Path DOCS = Path.of(System.getProperty("aicc.root", "..")).resolve("docs");

    private static final Pattern EXAMPLE = Pattern.compile("```json\n(\\{\"v\".*?)\n```", Pattern.DOTALL);

    private PublishedEvents() {}

    /** One of each type, in the order of the page. */
    static List<JsonNode> examples() throws IOException {
        List<JsonNode> examples = new ArrayList<>();
        for (MatchResult example : EXAMPLE.matcher(Files.readString(DOCS.resolve("events.md")))
                .results()
                .toList()) {
            examples.add(WireJson.mapper().readTree(example.group(1)));
        }
        return examples;
    }
}
