package io.aicc.operator.ari.call;

import io.aicc.wire.event.Channel;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How everything is called that we make in the PBX to hear one speaker of one session: ids of our choice, so that a
 * repeated request makes nothing twice, and whoever finds an object knows whose it is.
 *
 * <pre>aicc-SESSION.customer.1.bridge-TOKEN
 * aicc-SESSION.customer.1.media-TOKEN
 * aicc-SESSION.customer.1.snoop-LEG-TOKEN    LEG: digest of the channel that is heard
 *
 * TOKEN: differs from object to object, so that news of one that is gone is never taken for news of its successor</pre>
 *
 * @param app our Stasis application; installations that share a PBX differ in it
 * @param generation of the media endpoint that the audio goes to
 */
record TapName(String app, String session, Channel speaker, int generation) {
    /** A session's name is a DNS label, so the dots are ours. */
    private static final Pattern AFTER_APP =
            Pattern.compile("([a-z0-9-]+)\\.(customer|agent)\\.([0-9]{1,9})\\.(bridge|media|snoop)-.*");

    /** Reads an id; empty when it is none of that application's. */
    static Optional<TapName> parse(String app, String id) {
        if (!id.startsWith(app + "-")) {
            return Optional.empty();
        }
        Matcher matcher = AFTER_APP.matcher(id.substring(app.length() + 1));
        return matcher.matches()
                ? Optional.of(new TapName(
                        app,
                        matcher.group(1),
                        Channel.valueOf(matcher.group(2).toUpperCase(Locale.ROOT)),
                        Integer.parseInt(matcher.group(3))))
                : Optional.empty();
    }

    /** What the ids of everything of a session begin with. */
    static String prefix(String app, String session) {
        return app + "-" + session + ".";
    }

    /** What the id of the bridge begins with. */
    String bridge() {
        return stem() + "bridge-";
    }

    /** What the id of the ExternalMedia channel begins with. */
    String media() {
        return stem() + "media-";
    }

    /** What the id of the snoop on this leg begins with. */
    String snoop(String leg) {
        return stem() + "snoop-" + Digest.of(leg) + "-";
    }

    private String stem() {
        return prefix(app, session) + speaker.label() + "." + generation + ".";
    }
}
