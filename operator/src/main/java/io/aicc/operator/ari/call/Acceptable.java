package io.aicc.operator.ari.call;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What callers and dialplans say, made into what the CallSession's schema takes. A text that would be refused is shortened
 * or left out: no call is lost for it.
 */
final class Acceptable {
    private static final Pattern CALL_ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:@+-]{0,127}");
    private static final Pattern CHANNEL_ID = Pattern.compile("[A-Za-z0-9._:@/;+-]{1,150}");
    private static final Pattern LANGUAGE = Pattern.compile("[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*");
    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9][A-Za-z0-9.:-]{0,252}");
    private static final int LONGEST_TEXT = 64;
    private static final int LONGEST_LANGUAGE = 35;
    private static final int LONGEST_NAME = 63;

    private Acceptable() {}

    /** A number or a name as a person reads it: at most 64 characters, none of them a control character. */
    static @Nullable String text(@Nullable String hostile) {
        if (hostile == null) {
            return null;
        }
        StringBuilder kept = new StringBuilder();
        hostile.codePoints()
                .filter(c -> !Character.isISOControl(c) && Character.getType(c) != Character.SURROGATE)
                .limit(LONGEST_TEXT)
                .forEach(kept::appendCodePoint);
        String text = kept.toString().strip();
        return text.isEmpty() ? null : text;
    }

    /** A call id; one with other characters keeps what can be kept, and a digest that tells it from the next. */
    static String callId(String hostile) {
        if (CALL_ID.matcher(hostile).matches()) {
            return hostile;
        }
        String kept = hostile.replaceAll("[^A-Za-z0-9._:@+-]", "");
        return "x" + kept.substring(0, Math.min(kept.length(), 100)) + "-" + Digest.of(hostile);
    }

    /** A channel id, or nothing. */
    static @Nullable String channelId(String hostile) {
        return CHANNEL_ID.matcher(hostile).matches() ? hostile : null;
    }

    /** A language tag, or the one to fall back on. */
    static String language(@Nullable String hostile, String fallback) {
        return hostile != null && isLanguage(hostile) ? hostile : fallback;
    }

    /** Whether a text has the form of a BCP 47 tag. */
    static boolean isLanguage(@Nullable String text) {
        return text != null
                && text.length() <= LONGEST_LANGUAGE
                && LANGUAGE.matcher(text).matches();
    }

    /** A host, or the name to fall back on. */
    static String host(@Nullable String host, String fallback) {
        return host != null && HOST.matcher(host).matches() ? host : fallback;
    }

    /** The CallSession's name: a DNS label made from the PBX's name and the call id, the same whenever it is made. */
    static String sessionName(String pbx, String callId) {
        String plain = (pbx + "-" + callId).replace('.', '-');
        if (plain.length() <= LONGEST_NAME && plain.matches("[a-z0-9]([a-z0-9-]*[a-z0-9])?")) {
            return plain;
        }
        String kept = plain.toLowerCase(java.util.Locale.ROOT).replaceAll("[^a-z0-9-]", "");
        String digest = Digest.of(pbx + "/" + callId);
        return kept.substring(0, Math.min(kept.length(), LONGEST_NAME - digest.length() - 1)) + "-" + digest;
    }
}
