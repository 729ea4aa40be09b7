package io.aicc.runtime;

import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads a program's settings from its environment. Reading a setting declares it: key, kind, unit, default and meaning stand
 * in one place, and {@link #describe} makes the reference from the same calls. Nothing is silently replaced: every problem is
 * collected, a key included that looks like ours and is unknown, and {@link #load} throws them all at once.
 */
public final class Settings {
    private static final String PREFIX = "AICC_";

    /** Others' variables may begin so too: they count in a program that reads one such key. */
    private static final List<String> COMMON_PREFIXES = List.of("STT_", "LEGACY_");

    private final Map<String, String> environment;
    private final Map<String, Declared> declared;
    private final List<String> problems;
    private final String condition;

    private Settings(Map<String, String> environment) {
        this(environment, new LinkedHashMap<>(), new ArrayList<>(), "");
    }

    private Settings(
            Map<String, String> environment, Map<String, Declared> declared, List<String> problems, String condition) {
        this.environment = environment;
        this.declared = declared;
        this.problems = problems;
        this.condition = condition;
    }

    /**
     * Reads a program's configuration.
     *
     * @param reader asks for each setting exactly once
     * @throws SettingsException with every problem there is
     */
    public static <C> C load(Map<String, String> environment, Function<Settings, C> reader) throws SettingsException {
        Settings settings = new Settings(environment);
        C config = null;
        try {
            config = reader.apply(settings);
        } catch (IllegalArgumentException e) {
            // With problems on record, a record that refuses a placeholder has nothing to add.
            if (settings.problems.isEmpty()) {
                settings.problems.add(String.valueOf(e.getMessage()));
            }
        }
        settings.findUnknown();
        if (config == null || !settings.problems.isEmpty()) {
            throw new SettingsException(settings.problems);
        }
        return config;
    }

    /** Lists what a program can be told, in the order in which it asks. */
    public static List<Declared> describe(Function<Settings, ?> reader) {
        Settings settings = new Settings(Map.of());
        try {
            var unused = reader.apply(settings);
        } catch (IllegalArgumentException ignored) {
            // Placeholders of required settings may not make a configuration; the declarations are complete all the
            // same.
        }
        return List.copyOf(settings.declared.values());
    }

    /**
     * The same settings for a part that may be in use or not: what it reads is known and in the reference, with the condition
     * under which it counts. What one that is not in use was given is not looked at.
     *
     * @param condition under which it is in use, such as {@code AICC_STT_ENGINE=google}
     */
    public Settings only(String condition, boolean inUse) {
        return inUse
                ? new Settings(environment, declared, problems, condition)
                : new Settings(Map.of(), declared, new ArrayList<>(), condition);
    }

    /** Text that is not empty. */
    public String text(String key, @Nullable String defaultValue, String doc) {
        return read(key, "text", "", defaultValue, doc, value -> value, "");
    }

    /** Text, or null when it is not set. */
    public @Nullable String optionalText(String key, String doc) {
        declare(new Declared(key, "text", "", "(none)", doc, condition));
        return raw(key);
    }

    /** A secret; kept out of logs. One line: a file made by an editor has a line feed that nobody meant. */
    public Secret secret(String key, String doc) {
        return read(key, "secret", "", null, doc, Settings::oneLine, new Secret(""));
    }

    /** A whole number between two bounds, both included. */
    public int integer(String key, int defaultValue, int min, int max, String unit, String doc) {
        return read(
                key,
                "integer " + min + " to " + max,
                unit,
                String.valueOf(defaultValue),
                doc,
                value -> number(value, min, max),
                defaultValue);
    }

    /** A required UDP or TCP port; 0 lets the system choose. */
    public int port(String key, int defaultValue, String doc) {
        return integer(key, defaultValue, 0, 65_535, "port", doc);
    }

    /** A duration in whole seconds. */
    public Duration seconds(String key, int defaultValue, int min, int max, String doc) {
        return Duration.ofSeconds(integer(key, defaultValue, min, max, "seconds", doc));
    }

    /** {@code true} or {@code false}, nothing else. */
    public boolean flag(String key, boolean defaultValue, String doc) {
        return read(key, "true or false", "", String.valueOf(defaultValue), doc, Settings::trueOrFalse, defaultValue);
    }

    /** One of an enum's names, in lower case. */
    public <E extends Enum<E>> E choice(String key, Class<E> type, E defaultValue, String doc) {
        List<String> names = Arrays.stream(type.getEnumConstants())
                .map(e -> e.name().toLowerCase(Locale.ROOT))
                .toList();
        return read(
                key,
                String.join(" | ", names),
                "",
                defaultValue.name().toLowerCase(Locale.ROOT),
                doc,
                value -> {
                    int index = names.indexOf(value);
                    if (index < 0) {
                        throw new IllegalArgumentException("must be one of " + String.join(", ", names));
                    }
                    return type.getEnumConstants()[index];
                },
                defaultValue);
    }

    /** A path of the file system. */
    public Path path(String key, @Nullable String defaultValue, String doc) {
        return read(key, "path", "", defaultValue, doc, Path::of, Path.of(""));
    }

    /** A numeric address; names are not looked up. */
    public InetAddress address(String key, @Nullable String defaultValue, String doc) {
        return read(
                key, "IP address", "", defaultValue, doc, Settings::numericAddress, InetAddress.getLoopbackAddress());
    }

    /** Anything else: the parser throws IllegalArgumentException with what a value must be. */
    public <T> T parsed(
            String key,
            String kind,
            @Nullable String defaultValue,
            String doc,
            Function<String, T> parser,
            T placeholder) {
        return read(key, kind, "", defaultValue, doc, parser, placeholder);
    }

    private <T> T read(
            String key,
            String kind,
            String unit,
            @Nullable String defaultValue,
            String doc,
            Function<String, T> parser,
            T placeholder) {
        declare(new Declared(key, kind, unit, defaultValue, doc, condition));
        String given = raw(key);
        String value = given == null ? defaultValue : given;
        if (value == null) {
            String when = condition.isEmpty() ? "" : " with " + condition;
            problems.add(key + ": required" + when + ", not set (" + doc + ")");
            return placeholder;
        }
        try {
            return parser.apply(value);
        } catch (IllegalArgumentException e) {
            String shown = placeholder instanceof Secret ? "" : ", got '" + withoutCredentials(printable(value)) + "'";
            problems.add(key + ": " + e.getMessage() + shown);
            return placeholder;
        }
    }

    private void declare(Declared setting) {
        if (declared.putIfAbsent(setting.key(), setting) != null) {
            throw new IllegalStateException(setting.key() + " is declared twice");
        }
    }

    private @Nullable String raw(String key) {
        String value = environment.get(key);
        return value == null || value.isBlank() ? null : value;
    }

    private void findUnknown() {
        for (String key : new TreeSet<>(environment.keySet())) {
            if (looksLikeOurs(key) && !declared.containsKey(key)) {
                String nearest = Spelling.nearest(key, declared.keySet())
                        .map(name -> ", the nearest is " + name)
                        .orElse("");
                problems.add(key + ": unknown setting" + nearest + "; docs/config.md lists what there is");
            }
        }
    }

    private boolean looksLikeOurs(String key) {
        return key.startsWith(PREFIX)
                || COMMON_PREFIXES.stream().filter(key::startsWith).anyMatch(prefix -> declared.keySet().stream()
                        .anyMatch(known -> known.startsWith(prefix)));
    }

    /** Addresses may carry a name and a password, where they do not belong. */
    private static String withoutCredentials(String value) {
        return value.replaceAll("://[^/@]*@", "://***@");
    }

    private static int number(String value, int min, int max) {
        try {
            int number = Integer.parseInt(value.strip());
            if (number >= min && number <= max) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Told below, with the bounds.
        }
        throw new IllegalArgumentException("must be a whole number from " + min + " to " + max);
    }

    private static Secret oneLine(String value) {
        if (value.indexOf('\n') >= 0 || value.indexOf('\r') >= 0) {
            throw new IllegalArgumentException("must have no line feed, not even at its end: printf writes none");
        }
        return new Secret(value);
    }

    private static boolean trueOrFalse(String value) {
        return switch (value) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException("must be true or false");
        };
    }

    private static InetAddress numericAddress(String value) {
        try {
            return InetAddress.ofLiteral(value);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("must be an IP address such as 10.0.0.1", e);
        }
    }

    private static String printable(String value) {
        String cut = value.length() <= 80 ? value : value.substring(0, 80) + "…";
        return cut.replaceAll("\\p{Cntrl}", "?");
    }

    /**
     * A setting, for the reference.
     *
     * @param defaultValue null when it is required
     * @param condition under which it counts; empty: always
     */
    public record Declared(
            String key, String kind, String unit, @Nullable String defaultValue, String doc, String condition) {}
}
