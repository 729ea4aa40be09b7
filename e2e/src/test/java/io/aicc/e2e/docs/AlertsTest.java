package io.aicc.e2e.docs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Alarms speak of metrics that the programs show, and each leads to what the person with the pager is to do. */
class AlertsTest {
    private static final Path ROOT = Path.of(System.getProperty("aicc.root"));

    /** What Prometheus adds to whatever it scrapes, and the Prometheus Operator to a pod's. */
    private static final Set<String> OF_THE_SCRAPE = Set.of("job", "instance", "namespace", "pod");

    private static final Pattern LISTED = Pattern.compile("\\| `(aicc_\\w+)(?:\\{([^}]*)})?` \\| (\\w+) \\|");
    private static final Pattern SELECTED = Pattern.compile("(aicc_\\w+)(?:\\{([^}]*)})?");
    private static final Pattern MATCHER = Pattern.compile("(\\w+)(?:=~?|!=|!~)\"");
    private static final Pattern GROUPED = Pattern.compile("\\b(?:by|on)\\s*\\(([^)]*)\\)");
    private static final Pattern SHOWN = Pattern.compile("\\$labels\\.(\\w+)");

    /** Name, when, and what is said. */
    record Alert(String name, String expression, String summary, String runbook, String severity) {
        @Override
        public String toString() {
            return name;
        }
    }

    static List<Alert> alerts() throws IOException {
        JsonNode rules =
                Serialization.unmarshal(Files.readString(ROOT.resolve("helm/aicc/alerts.yaml")), JsonNode.class);
        return rules.at("/groups/0/rules")
                .valueStream()
                .map(rule -> new Alert(
                        rule.path("alert").asText(),
                        rule.path("expr").asText(),
                        rule.at("/annotations/summary").asText(),
                        rule.at("/annotations/runbook").asText(),
                        rule.at("/labels/severity").asText()))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("alerts")
    void itSpeaksOfMetricsAndLabelsThatThereAre(Alert alert) throws IOException {
        Map<String, Set<String>> reference = reference();
        Set<String> labels = new HashSet<>(OF_THE_SCRAPE);
        List<MatchResult> selections =
                SELECTED.matcher(alert.expression()).results().toList();

        assertThat(selections).isNotEmpty();
        for (MatchResult selection : selections) {
            assertThat(reference).containsKey(selection.group(1));
            Set<String> known = reference.get(selection.group(1));
            labels.addAll(known);
            if (selection.group(2) != null) {
                assertThat(named(MATCHER, selection.group(2))).isNotEmpty().isSubsetOf(known);
            }
        }
        GROUPED.matcher(alert.expression())
                .results()
                .forEach(group -> assertThat(group.group(1).split("\\s*,\\s*")).isSubsetOf(labels));
        assertThat(named(SHOWN, alert.summary())).isSubsetOf(labels);
    }

    @ParameterizedTest
    @MethodSource("alerts")
    void itLeadsToItsPartOfTheRunbook(Alert alert) throws IOException {
        assertThat(alert.runbook()).isEqualTo("docs/runbook.md#" + alert.name().toLowerCase(java.util.Locale.ROOT));
        assertThat(Files.readAllLines(ROOT.resolve("docs/runbook.md"))).contains("### " + alert.name());
        assertThat(alert.summary()).isNotBlank();
        assertThat(alert.severity()).isIn("critical", "warning");
    }

    @Test
    void theRunbookHasNoPartForAnAlarmThatIsNot() throws IOException {
        List<String> parts = Files.readAllLines(ROOT.resolve("docs/runbook.md")).stream()
                .filter(line -> line.startsWith("### Aicc"))
                .toList();
        assertThat(parts)
                .containsExactlyElementsOf(
                        alerts().stream().map(alert -> "### " + alert.name()).toList());
    }

    /** Labels by the name of every series, as the reference lists them; a histogram is several. */
    private static Map<String, Set<String>> reference() throws IOException {
        Map<String, Set<String>> series = new HashMap<>();
        LISTED.matcher(Files.readString(ROOT.resolve("docs/metrics.md")))
                .results()
                .forEach(listed -> {
                    Set<String> labels = listed.group(2) == null
                            ? Set.of()
                            : Set.copyOf(Arrays.asList(listed.group(2).split(", ")));
                    boolean histogram = listed.group(3).equals("histogram");
                    for (String end : histogram ? List.of("_count", "_sum", "_bucket", "_max") : List.of("")) {
                        series.put(listed.group(1) + end, labels);
                    }
                });
        return series;
    }

    private static Set<String> named(Pattern pattern, String text) {
        return pattern.matcher(text).results().map(found -> found.group(1)).collect(Collectors.toSet());
    }
}
