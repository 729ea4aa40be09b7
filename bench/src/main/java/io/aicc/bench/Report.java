package io.aicc.bench;

import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What came of a run.
 *
 * @param begun the processors' time when the run began
 * @param options what the run went by
 * @param rows one for each thing that was measured; the same figures in each where they can be compared
 * @param goals what it should have reached
 */
public record Report(
        String bench,
        Instant at,
        Machine machine,
        ProcessorTime begun,
        Map<String, String> options,
        List<Row> rows,
        List<Goal> goals) {
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    /** Figures by name, with the unit in the name. */
    public record Row(String name, Map<String, Object> figures) {
        /** A row with figures to be added. */
        public Row(String name) {
            this(name, new LinkedHashMap<>());
        }

        /** Adds a figure. */
        public Row with(String figure, Object value) {
            figures.put(figure, value);
            return this;
        }
    }

    /** Something that was to be reached; missed ones are told like the others. */
    public record Goal(String name, boolean reached, String detail) {}

    /** A report about a run that begins now, to be completed. */
    public static Report of(String bench, Map<String, String> options) {
        return new Report(
                bench,
                Instant.now().truncatedTo(ChronoUnit.SECONDS),
                Machine.here(),
                ProcessorTime.now(),
                options,
                new ArrayList<>(),
                new ArrayList<>());
    }

    /** Adds a row, and shows it at once. */
    public Row row(String name) {
        Row row = new Row(name);
        rows.add(row);
        return row;
    }

    /** Adds a goal. */
    public void goal(String name, boolean reached, String detail, Object... arguments) {
        goals.add(new Goal(name, reached, String.format(Locale.ROOT, detail, arguments)));
    }

    void print(PrintStream out) {
        out.printf(
                "%s on %s, %d cores, Linux %s, %s (load before: %.1f; stolen by the host: %.0f %%) %s%n",
                bench,
                machine.cpu(),
                machine.cores(),
                machine.kernel(),
                machine.java(),
                machine.loadBefore(),
                stolenPercent(),
                options);
        for (Row row : rows) {
            out.println("  " + row.name());
            row.figures().forEach((figure, value) -> out.printf("    %-34s %s%n", figure, shown(value)));
        }
        goals.forEach(goal -> out.println((goal.reached() ? "  ✓ " : "  ✗ ") + goal.name() + ": " + goal.detail()));
    }

    void write(Path file) throws IOException {
        Path parent = file.toAbsolutePath().getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("bench", bench);
        json.put("at", at.toString());
        json.put("machine", machine);
        json.put("stolen_percent", stolenPercent());
        json.put("options", options);
        json.put("rows", rows);
        json.put("goals", goals);
        Files.writeString(file, JSON.writeValueAsString(json) + "\n");
    }

    private double stolenPercent() {
        return ProcessorTime.now().stolenPercentSince(begun);
    }

    private static String shown(Object value) {
        return switch (value) {
            case Double number -> String.format(Locale.ROOT, Math.abs(number) < 10 ? "%,.3f" : "%,.1f", number);
            case Long number -> String.format(Locale.ROOT, "%,d", number);
            case Integer number -> String.format(Locale.ROOT, "%,d", number);
            default -> String.valueOf(value);
        };
    }
}
