package io.aicc.wire;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;

/** Instants as the API and the events carry them: UTC with six decimals, {@code 2026-01-31T12:00:00.000000Z}. */
public final class MicroTime {
    private static final DateTimeFormatter FORMAT =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);

    private static final int LENGTH = "2026-01-31T12:00:00.000000Z".length();

    private MicroTime() {}

    public static String format(Instant instant) {
        return FORMAT.format(instant);
    }

    /**
     * Reads such a time.
     *
     * @throws java.time.format.DateTimeParseException when it is none
     */
    public static Instant parse(String text) {
        if (text.length() != LENGTH || text.charAt(0) == '+' || text.charAt(0) == '-') {
            // Years before 0 and after 9999 would be read too, and nobody's arithmetic reaches that far.
            throw new DateTimeParseException("expected a time like 2026-01-31T12:00:00.000000Z", text, 0);
        }
        return Instant.parse(text);
    }

    /** Whether it is such a time. */
    public static boolean isOne(String text) {
        try {
            parse(text);
            return true;
        } catch (DateTimeParseException _) {
            return false;
        }
    }
}
