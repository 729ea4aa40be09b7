package io.aicc.bench.stt;

import io.aicc.bench.Benchmark;
import io.aicc.bench.Options;
import io.aicc.bench.Report;
import io.aicc.bench.Sorted;
import io.aicc.demo.script.Conversation;
import io.aicc.demo.script.ConversationLibrary;
import io.aicc.demo.script.PhraseModel;
import io.aicc.demo.script.WordErrorRate;
import io.aicc.wire.event.Channel;
import io.aicc.worker.call.MeasuredLine;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

/**
 * The demo's conversations, in real time, to one engine after the other, through the worker's own turns: how long after the last
 * audio that an engine was given its final comes ({@code aicc_stt_latency_seconds}), and how many words are wrong.
 */
public final class SttBench implements Benchmark {
    private static final double MOST_WRONG = 0.10;
    private static final String ALL = "all";

    @Override
    public String name() {
        return "stt";
    }

    @Override
    public String summary() {
        return "latency and word errors of each speech engine [--engine all] [--calls 2] [--rounds 2]";
    }

    @Override
    public Report run(Options options, Path directory) throws Exception {
        List<String> names = Stream.of(Contender.values()).map(Contender::label).toList();
        String engine = options.choice(
                "engine", ALL, Stream.concat(Stream.of(ALL), names.stream()).toList());
        int calls = options.number("calls", 2, 1, 8);
        int rounds = options.number("rounds", 2, 1, 100);
        Report report = Report.of(name(), options.complete());
        ConversationLibrary library = ConversationLibrary.open();
        var phrases = PhraseModel.of(library.texts()).write(directory.toAbsolutePath());
        for (Contender contender : Contender.values()) {
            if (engine.equals(ALL) || engine.equals(contender.label())) {
                Path own = Files.createDirectories(directory.resolve(contender.label()));
                try (Contender.Running running = contender.start(phrases.settings(), own)) {
                    Heard heard = new Heard();
                    for (int round = 0; round < rounds; round++) {
                        heard.add(listen(running, contender, library.conversations(), round * calls, calls));
                    }
                    heard.report(report, contender);
                }
            }
        }
        return report;
    }

    /** What one speaker said, and what became of it. */
    private record Side(String said, MeasuredLine line) {}

    private static List<Side> listen(
            Contender.Running running, Contender contender, List<Conversation> conversations, int first, int calls)
            throws Exception {
        List<Side> sides = new ArrayList<>();
        List<Future<?>> speaking = new ArrayList<>();
        try (ExecutorService speakers = Executors.newCachedThreadPool()) {
            for (int i = 0; i < calls; i++) {
                Conversation conversation = conversations.get((first + i) % conversations.size());
                for (Channel channel : Channel.values()) {
                    MeasuredLine line = new MeasuredLine(running.engine(), channel, contender.language());
                    Voice voice = new Voice(conversation.track(channel));
                    sides.add(new Side(conversation.text(channel), line));
                    speaking.add(speakers.submit(() -> {
                        try (line) {
                            voice.speakTo(line::frame);
                        }
                    }));
                }
            }
            for (Future<?> speaker : speaking) {
                speaker.get();
            }
        }
        return sides;
    }

    /** All that an engine made of it. */
    private static final class Heard {
        private final List<Long> micros = new ArrayList<>();
        private WordErrorRate errors = new WordErrorRate(0, 0, 0, 0);
        private int lost;

        void add(List<Side> sides) {
            for (Side side : sides) {
                side.line().latencies().stream().map(Duration::toNanos).forEach(nanos -> micros.add(nanos / 1_000));
                errors = errors.plus(WordErrorRate.of(
                        side.said(), String.join("\n", side.line().finals())));
                lost += side.line().lost();
            }
        }

        void report(Report report, Contender contender) {
            Sorted latency = Sorted.of(micros);
            Report.Row row = report.row(contender.label())
                    .with("finals", latency.count())
                    .with("latency_p50_ms", latency.at(0.50) / 1_000)
                    .with("latency_p99_ms", latency.at(0.99) / 1_000)
                    .with("latency_most_ms", latency.at(1) / 1_000);
            if (contender.speaksEnglish()) {
                row.with("words", errors.words()).with("words_wrong_percent", 100 * errors.rate());
            }
            report.goal(contender.label() + ": every turn becomes a final", lost == 0, "%d lost", lost);
            if (contender.speaksEnglish() && contender != Contender.SPHINX_GENERAL) {
                report.goal(
                        contender.label() + ": words",
                        errors.rate() <= MOST_WRONG,
                        "%.1f %% wrong",
                        100 * errors.rate());
            }
        }
    }
}
