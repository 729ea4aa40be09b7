package io.aicc.demo.report;

import io.aicc.demo.receiver.Transcript;
import io.aicc.demo.receiver.TranscriptListener;
import io.aicc.wire.event.Channel;
import io.aicc.wire.event.Event;
import io.aicc.wire.event.EventBody;
import java.io.PrintStream;
import java.util.Locale;
import java.util.Objects;

/** What a person at the terminal sees: steps, words as they come, the report. Colours only where somebody looks. */
public final class Terminal implements TranscriptListener {
    private static final String DIM = "2";
    private static final String BOLD = "1";
    private static final String GREEN = "32";
    private static final String RED = "31";
    private static final String CUSTOMER = "36";
    private static final String AGENT = "33";

    private final PrintStream out;
    private final boolean colours;

    public Terminal(PrintStream out, boolean colours) {
        this.out = out;
        this.colours = colours;
    }

    /** A step that begins. */
    public void step(String what) {
        out.println(paint(BOLD, "▸ ") + what);
    }

    /** A line under the current step. */
    public void note(String what) {
        out.println("  " + what);
    }

    /** Something as it is, a table for example. */
    public void block(String text) {
        text.lines().forEach(line -> out.println("  " + line));
    }

    @Override
    public void heard(Transcript transcript, Event event) {
        switch (event.body()) {
            case EventBody.TranscriptInterim words ->
                out.println(speaker(event, words.channel()) + paint(DIM, printable(words.text()) + " …"));
            case EventBody.TranscriptFinal words
            when !words.text().isBlank() -> out.println(speaker(event, words.channel()) + printable(words.text()));
            case EventBody.Gap gap -> out.println(speaker(event, gap.channel()) + notHeard(gap));
            default -> {}
        }
    }

    /** The report as a table, and every check. */
    public void report(DemoReport report) {
        step("report (recognised with: " + printable(report.model()) + ")");
        out.printf(
                "  %-14s %8s %11s %22s %22s %8s %15s %21s %10s%n",
                "call",
                "ready",
                "first word",
                "customer errors",
                "agent errors",
                "foreign",
                "finals e/d/a",
                "packets s/r/l",
                "ports free");
        for (DemoReport.Call call : report.calls()) {
            out.printf(
                    "  %-14s %5d ms %8d ms %22s %22s %8d %15s %21s %7d ms%n",
                    printable(call.callId()),
                    call.readyMs(),
                    call.firstWordMs(),
                    errors(call, Channel.CUSTOMER),
                    errors(call, Channel.AGENT),
                    call.foreignWords(),
                    call.finals().expected() + "/" + call.finals().delivered() + "/"
                            + call.finals().acknowledged(),
                    Objects.requireNonNullElse(call.packets().sent(), "-") + "/"
                            + call.packets().received() + "/"
                            + call.packets().lost(),
                    call.portsFreeMs());
        }
        note(paint(
                DIM,
                "ready: a worker has the call; first word: since it was begun to be said; errors: words wrong (clean: the same"
                        + " recording, no network); ports free: since hang-up, 2 s of it their rest"));
        report.calls().stream().filter(call -> call.packets().damage() != null).forEach(this::damage);
        for (DemoReport.Check check : report.checks()) {
            String mark = check.ok() ? paint(GREEN, "✓") : paint(RED, "✗");
            out.println("  " + mark + " " + check.name() + paint(DIM, "  " + check.detail()));
        }
        long failed = report.checks().stream().filter(check -> !check.ok()).count();
        out.printf(
                "  %s of %d checks failed%n",
                failed == 0 ? "none" : Long.toString(failed), report.checks().size());
    }

    /** What damaged packets did to the words, beside the recording that nothing was done to. */
    private void damage(DemoReport.Call call) {
        call.wordErrorRate()
                .forEach((channel, errors) -> note(String.format(
                        Locale.ROOT,
                        "%s %s: %d words lost and %d doubled (clean %d and %d), %.1f %% wrong (clean %.1f %%)",
                        printable(call.callId()),
                        channel.label(),
                        errors.pipelineWords().lost(),
                        errors.pipelineWords().doubled(),
                        errors.cleanWords().lost(),
                        errors.cleanWords().doubled(),
                        100 * errors.pipeline(),
                        100 * errors.clean())));
    }

    private static String errors(DemoReport.Call call, Channel channel) {
        DemoReport.WordErrors errors = call.wordErrorRate().get(channel);
        return errors == null
                ? "not known"
                : String.format(Locale.ROOT, "%.1f %% (clean %.1f %%)", 100 * errors.pipeline(), 100 * errors.clean());
    }

    /** As the page says it. That nobody listens before there is a worker is how every call begins. */
    private String notHeard(EventBody.Gap gap) {
        boolean beginning = gap.reason().equals("not_ready");
        String why =
                beginning ? "before the first audio" : printable(gap.reason()).replace('_', ' ');
        return paint(
                beginning ? DIM : RED,
                String.format(Locale.ROOT, "[%.1f s not heard: %s]", (gap.endMs() - gap.startMs()) / 1000.0, why));
    }

    private String speaker(Event event, Channel channel) {
        String name = String.format(Locale.ROOT, "  %-12s %-9s", event.callId(), channel.label());
        return paint(channel == Channel.CUSTOMER ? CUSTOMER : AGENT, name);
    }

    private String paint(String code, String text) {
        return colours ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
    }

    /** What a caller said must not move the cursor. */
    private static String printable(String text) {
        return text.replaceAll("[\\p{Cc}\\p{Cf}]", "?");
    }
}
