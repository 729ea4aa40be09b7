package io.aicc.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code --report FILE} holds: others read it. */
class ReportTest {
    @TempDir
    private Path directory;

    @Test
    void aReportIsWrittenWithItsFiguresAsTheyAre() throws Exception {
        Report report = Report.of("udp", Map.of("pps", "10000"));
        report.row("one worker").with("heard", 12_345L).with("p99_ms", 0.1234).with("engine", "counting");
        report.row("another");
        report.goal("packets", true, "%d of %.1f", 3, 4.0);
        report.goal("memory", false, "too much");
        Path file = directory.resolve("new/report.json");

        report.write(file);

        JsonNode json = new ObjectMapper().readTree(file.toFile());
        assertThat(json.fieldNames())
                .toIterable()
                .containsExactly("bench", "at", "machine", "stolen_percent", "options", "rows", "goals");
        assertThat(json.get("bench").asText()).isEqualTo("udp");
        assertThat(Instant.parse(json.get("at").asText())).isEqualTo(report.at());
        assertThat(json.at("/machine/cores").asInt())
                .isEqualTo(Runtime.getRuntime().availableProcessors());
        assertThat(json.at("/options/pps").asText()).isEqualTo("10000");
        assertThat(json.at("/rows/0"))
                .isEqualTo(
                        new ObjectMapper()
                                .readTree(
                                        "{\"name\":\"one worker\",\"figures\":{\"heard\":12345,\"p99_ms\":0.1234,\"engine\":\"counting\"}}"));
        assertThat(json.at("/rows/1/figures")).isEmpty();
        assertThat(json.at("/goals"))
                .isEqualTo(
                        new ObjectMapper()
                                .readTree(
                                        "[{\"name\":\"packets\",\"reached\":true,\"detail\":\"3 of 4.0\"},{\"name\":\"memory\",\"reached\":false,\"detail\":\"too much\"}]"));
    }
}
