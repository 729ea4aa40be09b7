package io.aicc.bench;

import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What a run was asked for, {@code --name value} each. Everything has a default; what nobody reads is refused. */
public final class Options {
    private static final Pattern SPAN = Pattern.compile("([0-9]{1,6})([smh]?)");

    private final Map<String, String> given;
    private final Map<String, String> used = new LinkedHashMap<>();

    private Options(Map<String, String> given) {
        this.given = given;
    }

    static Options parse(List<String> arguments) {
        Map<String, String> given = new LinkedHashMap<>();
        for (int i = 0; i < arguments.size(); i += 2) {
            String name = arguments.get(i);
            if (!name.startsWith("--") || i + 1 == arguments.size()) {
                throw new IllegalArgumentException("expected --OPTION VALUE, got '" + name + "'");
            }
            given.put(name.substring(2), arguments.get(i + 1));
        }
        return new Options(given);
    }

    /** A whole number within bounds. */
    public int number(String name, int defaultValue, int min, int max) {
        String value = take(name, String.valueOf(defaultValue));
        if (value.matches("[0-9]{1,9}")) {
            int number = Integer.parseInt(value);
            if (number >= min && number <= max) {
                return number;
            }
        }
        throw new IllegalArgumentException(
                "--" + name + ": expected a number from " + min + " to " + max + ", got '" + value + "'");
    }

    /** A time span within bounds: {@code 90s}, {@code 10m} or {@code 1h}; a bare number is seconds. */
    public Duration duration(String name, Duration defaultValue, Duration min, Duration max) {
        String value = take(name, defaultValue.toSeconds() + "s");
        Matcher matcher = SPAN.matcher(value);
        if (matcher.matches()) {
            Duration span = Duration.of(
                    Long.parseLong(matcher.group(1)),
                    switch (matcher.group(2)) {
                        case "h" -> ChronoUnit.HOURS;
                        case "m" -> ChronoUnit.MINUTES;
                        default -> ChronoUnit.SECONDS;
                    });
            if (span.compareTo(min) >= 0 && span.compareTo(max) <= 0) {
                return span;
            }
        }
        throw new IllegalArgumentException("--%s: expected a time from %d s to %d s, as 90s, 10m or 1h, got '%s'"
                .formatted(name, min.toSeconds(), max.toSeconds(), value));
    }

    /** One of several words. */
    public String choice(String name, String defaultValue, List<String> words) {
        String value = take(name, defaultValue);
        if (!words.contains(value)) {
            throw new IllegalArgumentException("--" + name + ": expected one of " + words + ", got '" + value + "'");
        }
        return value;
    }

    @Nullable
    Path optionalFile(String name) {
        String value = given.remove(name);
        return value == null ? null : Path.of(value);
    }

    /**
     * What the run goes by, defaults included; to be asked once everything was read.
     *
     * @throws IllegalArgumentException when something was given that this benchmark does not know
     */
    public Map<String, String> complete() {
        if (!given.isEmpty()) {
            throw new IllegalArgumentException("unknown option: "
                    + given.keySet().stream().map(name -> "--" + name).collect(Collectors.joining(", ")));
        }
        return used;
    }

    private String take(String name, String defaultValue) {
        String value = given.remove(name);
        String effective = value == null ? defaultValue : value;
        used.put(name, effective);
        return effective;
    }
}
