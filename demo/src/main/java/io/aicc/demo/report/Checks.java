package io.aicc.demo.report;

import io.aicc.demo.player.Damage.Dealt;
import io.aicc.demo.report.DemoReport.Call;
import io.aicc.demo.report.DemoReport.Check;
import io.aicc.demo.report.DemoReport.Packets;
import io.aicc.demo.report.DemoReport.WordErrors;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/** What must hold of a demo run. */
public final class Checks {
    /** Share of words that the phrase model may get wrong. */
    private static final double MAX_WORD_ERRORS = 0.10;

    /** How much worse than on the clean file it may be through the pipeline. */
    private static final double MAX_PIPELINE_LOSS = 0.02;

    private static final long MAX_PORTS_FREE_MS = 5_000;

    private Checks() {}

    /**
     * Judges the calls.
     *
     * @param script whether they speak the demo's own script, which its phrase model knows; a user's recordings, and
     *     calls whose packets were damaged on purpose, are reported, not judged, by their word errors
     * @param comparable whether the clean files were heard by the same recogniser in the same way
     */
    public static List<Check> of(List<Call> calls, boolean script, boolean comparable) {
        List<Check> checks = new ArrayList<>();
        for (Call call : calls) {
            String id = call.callId() + ": ";
            checks.add(packets(id, call.packets()));
            checks.add(check(
                    id + "every final is delivered and acknowledged",
                    call.finals().expected() > 0
                            && call.finals().delivered() == call.finals().expected()
                            && call.finals().acknowledged() == call.finals().expected(),
                    "expected %d, delivered %d, acknowledged %d",
                    call.finals().expected(),
                    call.finals().delivered(),
                    call.finals().acknowledged()));
            checks.add(check(
                    id + "no word of somebody else",
                    call.foreignWords() == 0,
                    "%d foreign words",
                    call.foreignWords()));
            checks.add(check(
                    id + "ports are free in time",
                    call.portsFreeMs() >= 0 && call.portsFreeMs() <= MAX_PORTS_FREE_MS,
                    "%d ms, limit %d ms",
                    call.portsFreeMs(),
                    MAX_PORTS_FREE_MS));
            if (script && call.packets().damage() == null) {
                call.wordErrorRate()
                        .forEach((channel, errors) -> checks.add(wordErrors(id + channel.label(), errors, comparable)));
            }
        }
        return checks;
    }

    private static Check packets(String id, Packets packets) {
        if (packets.sent() == null) {
            return check(
                    id + "no packet is missing",
                    packets.received() > 0 && packets.lost() == 0,
                    "received %d, lost %d",
                    packets.received(),
                    packets.lost());
        }
        Dealt damage = packets.damage();
        if (damage != null) {
            long refused = Objects.requireNonNullElse(packets.rejected(), 0L);
            return check(
                    id + "every packet is heard but those lost on purpose",
                    packets.received() == packets.sent() - damage.lost()
                            && packets.lost() == damage.lost()
                            && refused == damage.doubled(),
                    "sent %d, received %d; lost %d of %d, doubled %d, refused %s, reordered %d",
                    packets.sent(),
                    packets.received(),
                    packets.lost(),
                    damage.lost(),
                    damage.doubled(),
                    refused,
                    damage.reordered());
        }
        return check(
                id + "every packet arrived",
                packets.received() == packets.sent() && packets.lost() == 0,
                "sent %d, received %d, lost %d",
                packets.sent(),
                packets.received(),
                packets.lost());
    }

    private static Check wordErrors(String who, WordErrors errors, boolean comparable) {
        boolean lost = comparable && errors.pipeline() - errors.clean() > MAX_PIPELINE_LOSS;
        boolean ok = errors.pipeline() <= MAX_WORD_ERRORS && !lost;
        return check(
                who + " is understood",
                ok,
                "%.1f %% of words wrong (limit 10 %%), %.1f %% on the clean file (limit 2 points apart"
                        + (comparable ? ")" : ", but not heard in the same way)"),
                100 * errors.pipeline(),
                100 * errors.clean());
    }

    private static Check check(String name, boolean ok, String detail, Object... arguments) {
        return new Check(name, ok, String.format(Locale.ROOT, detail, arguments));
    }
}
