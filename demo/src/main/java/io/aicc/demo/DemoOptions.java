package io.aicc.demo;

import io.aicc.demo.google.Fault;
import io.aicc.demo.player.Damage;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the demo was asked for.
 *
 * @param calls placed at the same time
 * @param once end after the report
 * @param pbx place the calls at a real Asterisk
 * @param damage done to the calls' packets on purpose
 * @param speech how workers recognise
 * @param recordings the user's own customer and agent
 * @param report file for the JSON report
 * @param pagePort port of the page; 0: any free one
 */
record DemoOptions(
        int calls,
        boolean once,
        boolean pbx,
        Damage damage,
        DemoSpeech.Asked speech,
        @Nullable Recordings recordings,
        @Nullable Path report,
        int pagePort) {
    private static final int MAX_CALLS = 12;
    private static final int MAX_DAMAGE_PERCENT = 50;
    private static final int DEFAULT_PAGE_PORT = 8099;

    /** Two WAV files. */
    record Recordings(Path customer, Path agent) {}

    /**
     * Reads the command line.
     *
     * @throws IllegalArgumentException when it makes no sense; the message says why
     */
    static DemoOptions parse(String[] arguments) {
        int calls = 0;
        boolean once = false;
        boolean pbx = false;
        int loss = 0;
        int reorder = 0;
        int duplicate = 0;
        boolean standIn = false;
        boolean batch = false;
        Fault fault = null;
        Recordings recordings = null;
        Path report = null;
        int pagePort = DEFAULT_PAGE_PORT;
        Deque<String> rest = new ArrayDeque<>(List.of(arguments));
        while (!rest.isEmpty()) {
            String option = rest.pop();
            switch (option) {
                case "--once" -> once = true;
                case "--pbx" -> pbx = true;
                case "--calls" -> calls = number(option, rest, 1, MAX_CALLS);
                case "--loss" -> loss = number(option, rest, 0, MAX_DAMAGE_PERCENT);
                case "--reorder" -> reorder = number(option, rest, 0, MAX_DAMAGE_PERCENT);
                case "--duplicate" -> duplicate = number(option, rest, 0, MAX_DAMAGE_PERCENT);
                case "--play" -> recordings = new Recordings(file(option, rest), file(option, rest));
                case "--stt" -> standIn = oneOf(option, rest, "sphinx", "google-standin") == 1;
                case "--stt-mode" -> batch = oneOf(option, rest, "streaming", "batch") == 1;
                case "--stt-fault" -> fault = Fault.values()[oneOf(option, rest, Fault.names())];
                case "--report" -> report = file(option, rest);
                case "--page-port" -> pagePort = number(option, rest, 0, 65_535);
                default -> throw new IllegalArgumentException("unknown option: " + option);
            }
        }
        if (recordings != null && calls > 1) {
            throw new IllegalArgumentException("--play places one call, --calls " + calls + " does not go with it");
        }
        Damage damage = new Damage(loss, reorder, duplicate);
        if (pbx && !damage.isNone()) {
            throw new IllegalArgumentException(
                    "--pbx sends the packets itself: --loss, --reorder, --duplicate do not go with it");
        }
        if (fault != null && !standIn) {
            throw new IllegalArgumentException(
                    "--stt-fault breaks streams of --stt google-standin, which is not asked for");
        }
        int placed = recordings != null ? 1 : calls == 0 ? 2 : calls;
        return new DemoOptions(
                placed, once, pbx, damage, new DemoSpeech.Asked(standIn, batch, fault), recordings, report, pagePort);
    }

    /** Which of the names it is. */
    private static int oneOf(String option, Deque<String> rest, String... names) {
        String value = next(option, rest);
        int index = List.of(names).indexOf(value);
        if (index < 0) {
            throw new IllegalArgumentException(
                    option + ": expected " + String.join(" or ", names) + ", got '" + value + "'");
        }
        return index;
    }

    private static int number(String option, Deque<String> rest, int min, int max) {
        String value = next(option, rest);
        if (value.matches("[0-9]{1,5}")) {
            int number = Integer.parseInt(value);
            if (number >= min && number <= max) {
                return number;
            }
        }
        throw new IllegalArgumentException(
                option + ": expected a number from " + min + " to " + max + ", got '" + value + "'");
    }

    private static Path file(String option, Deque<String> rest) {
        return Path.of(next(option, rest));
    }

    private static String next(String option, Deque<String> rest) {
        String value = rest.poll();
        if (value == null) {
            throw new IllegalArgumentException(option + ": a value is missing");
        }
        return value;
    }
}
