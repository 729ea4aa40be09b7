package io.aicc.runtime;

/** What strangers say, for records and logs. */
public final class PlainLine {
    private static final int LONGEST = 300;

    private PlainLine() {}

    /** The beginning of it, 300 characters at most, with {@code ?} for what a terminal would obey or not show. */
    public static String of(String said) {
        String beginning = said.substring(0, Math.min(said.length(), LONGEST));
        return beginning.replaceAll("\\p{Cntrl}|\\p{Cf}", "?").strip();
    }
}
