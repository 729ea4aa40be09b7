package io.aicc.worker.speech.google;

import io.aicc.runtime.Settings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What Google is asked for, and where.
 *
 * @param recognizer a recogniser's id; {@code _} is none in particular
 * @param model ignored with a recogniser of one's own, which has its model and languages
 * @param languages that may be spoken besides the call's own
 * @param phrases that are more likely than elsewhere, each with the same boost
 * @param longestStream before another takes its place
 * @param endpoint {@code host:port}; null: the one of the location
 * @param credentials service account key, JSON; null: what the machine offers
 * @param authority certificates that the endpoint's is checked against, PEM; null: the JDK's
 */
record GoogleSettings(
        String project,
        String location,
        String recognizer,
        String model,
        List<String> languages,
        List<String> phrases,
        int boost,
        Features features,
        Duration longestStream,
        @Nullable String endpoint,
        @Nullable Path credentials,
        @Nullable Path authority) {
    static final String ANY_RECOGNIZER = "_";

    private static final Pattern ENDPOINT = Pattern.compile("[A-Za-z0-9.-]+:[0-9]{1,5}");

    /** What is recognised beside the words. */
    record Features(boolean interims, boolean punctuation, boolean wordTimes, Endpointing endpointing) {}

    /** How soon Google takes a pause for the end of a sentence. */
    enum Endpointing {
        STANDARD,
        SHORT,
        SUPERSHORT
    }

    static GoogleSettings read(Settings settings) {
        return new GoogleSettings(
                named(
                        settings,
                        "AICC_GOOGLE_PROJECT",
                        null,
                        "Google Cloud project that is billed",
                        "[a-z0-9:.-]{4,60}"),
                named(
                        settings,
                        "AICC_GOOGLE_LOCATION",
                        "global",
                        "Where speech is processed: global, us, eu or a region",
                        "[a-z0-9-]{2,40}"),
                named(
                        settings,
                        "AICC_GOOGLE_RECOGNIZER",
                        ANY_RECOGNIZER,
                        "Id of a recogniser of your own, which then brings model and languages; _: none",
                        "_|[a-z]([a-z0-9-]{0,61}[a-z0-9])?"),
                named(
                        settings,
                        "AICC_GOOGLE_MODEL",
                        "telephony",
                        "Model: telephony, telephony_short, chirp_2, chirp_3, …",
                        "[a-z0-9_]{2,40}"),
                list(
                        settings,
                        "AICC_GOOGLE_LANGUAGES",
                        ",",
                        3,
                        "languages (BCP 47), comma-separated",
                        "What may be spoken besides the call's own language; as many as the model takes, at most 3"),
                list(
                        settings,
                        "AICC_GOOGLE_PHRASES",
                        "\\|",
                        1000,
                        "phrases, separated by |",
                        "Words and phrases to expect: names of products, for example"),
                settings.integer("AICC_GOOGLE_BOOST", 10, 0, 20, "", "How much likelier those phrases are than others"),
                features(settings),
                settings.seconds(
                        "AICC_GOOGLE_STREAM_SECONDS",
                        285,
                        3,
                        295,
                        "A stream that is older is replaced by the next; Google ends one after 300"),
                endpoint(settings),
                file(
                        settings,
                        "AICC_GOOGLE_CREDENTIALS_FILE",
                        "Key of a service account, JSON; empty: what the machine offers (workload identity, GOOGLE_APPLICATION_CREDENTIALS)"),
                file(
                        settings,
                        "AICC_GOOGLE_CA_FILE",
                        "Certificates (PEM) that the endpoint's is checked against; empty: those of the JDK"));
    }

    private static Features features(Settings settings) {
        return new Features(
                settings.flag("AICC_GOOGLE_INTERIMS", true, "Words while they are spoken"),
                settings.flag("AICC_GOOGLE_PUNCTUATION", true, "Punctuation and capital letters"),
                settings.flag(
                        "AICC_GOOGLE_WORD_TIMES", true, "Times of words; false for a model that refuses to tell them"),
                settings.choice(
                        "AICC_GOOGLE_ENDPOINTING",
                        Endpointing.class,
                        Endpointing.STANDARD,
                        "How soon a pause ends a sentence"));
    }

    /** Of the location, unless another one is given. */
    String target() {
        if (endpoint != null) {
            return endpoint;
        }
        return (location.equals("global") ? "" : location + "-") + "speech.googleapis.com:443";
    }

    /** The recogniser's full name. */
    String resource() {
        return "projects/%s/locations/%s/recognizers/%s".formatted(project, location, recognizer);
    }

    boolean ownRecognizer() {
        return !recognizer.equals(ANY_RECOGNIZER);
    }

    private static String named(Settings settings, String key, @Nullable String unset, String doc, String pattern) {
        return settings.parsed(
                key,
                "text",
                unset,
                doc,
                value -> {
                    if (!value.matches(pattern)) {
                        throw new IllegalArgumentException("must match " + pattern);
                    }
                    return value;
                },
                "");
    }

    private static List<String> list(
            Settings settings, String key, String separator, int most, String kind, String doc) {
        return settings.parsed(
                key,
                kind,
                "",
                doc,
                value -> {
                    List<String> items = Arrays.stream(value.split(separator))
                            .map(String::strip)
                            .filter(item -> !item.isEmpty())
                            .toList();
                    if (items.size() > most) {
                        throw new IllegalArgumentException("must be at most " + most + ", are " + items.size());
                    }
                    return items;
                },
                List.of());
    }

    private static @Nullable String endpoint(Settings settings) {
        String given = settings.parsed(
                "AICC_GOOGLE_ENDPOINT",
                "host:port",
                "",
                "Another endpoint than the location's: a private one, or a stand-in",
                value -> {
                    if (!value.isEmpty() && !ENDPOINT.matcher(value).matches()) {
                        throw new IllegalArgumentException("must be host:port");
                    }
                    return value;
                },
                "");
        return given.isEmpty() ? null : given;
    }

    private static @Nullable Path file(Settings settings, String key, String doc) {
        Path none = Path.of("");
        Path file = settings.parsed(
                key,
                "path",
                "",
                doc,
                value -> {
                    if (!value.isEmpty() && !Files.isReadable(Path.of(value))) {
                        throw new IllegalArgumentException("must be a file that can be read");
                    }
                    return Path.of(value);
                },
                none);
        return file.equals(none) ? null : file;
    }
}
