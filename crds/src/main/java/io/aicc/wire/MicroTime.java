package io.aicc.wire;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/** Instants as the API and the events carry them: UTC with six decimals, {@code 2026-01-31T12:00:00.000000Z}. */
public final class MicroTime {
    private static final DateTimeFormatter FORMAT =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);

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
        return Instant.parse(text);
    }
}
