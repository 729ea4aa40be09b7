package io.aicc.e2e.helm;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The values of a chart as its {@code values.yaml} declares them: a comment, then the key with its default on one line. A key
 * without a value opens a section. Read as text, because a YAML parser drops the comments.
 */
record ChartValues(List<Value> values) {
    private static final Pattern COMMENT = Pattern.compile(" *# ?(.*)");
    private static final Pattern KEY = Pattern.compile("( *)([A-Za-z]+):(?: (.+))?");

    /**
     * One value.
     *
     * @param path its key and the sections it is in, dotted
     * @param initial its default, as YAML
     * @param meaning its comment, empty when it has none
     */
    record Value(String path, String initial, String meaning) {}

    static ChartValues read(Path file) throws IOException {
        List<Value> values = new ArrayList<>();
        List<String> comment = new ArrayList<>();
        Deque<String> sections = new ArrayDeque<>();
        for (String line : Files.readAllLines(file)) {
            Matcher remark = COMMENT.matcher(line);
            Matcher key = KEY.matcher(line);
            if (remark.matches()) {
                comment.add(remark.group(1));
            } else if (key.matches()) {
                int depth = key.group(1).length() / 2;
                while (sections.size() > depth) {
                    sections.removeLast();
                }
                sections.addLast(key.group(2));
                if (key.group(3) != null) {
                    values.add(new Value(String.join(".", sections), key.group(3), String.join(" ", comment)));
                }
                comment.clear();
            } else if (line.isBlank()) {
                comment.clear();
            } else {
                throw new IOException("%s: expected a comment or 'key: value', got '%s'".formatted(file, line));
            }
        }
        return new ChartValues(List.copyOf(values));
    }

    boolean has(String path) {
        return values.stream().anyMatch(value -> value.path().equals(path));
    }

    /** A table for people, in Markdown. */
    String table() {
        StringBuilder table = new StringBuilder("| value | default | meaning |\n|---|---|---|\n");
        for (Value value : values) {
            table.append("| `%s` | `%s` | %s |\n".formatted(value.path(), value.initial(), value.meaning()));
        }
        return table.toString();
    }
}
