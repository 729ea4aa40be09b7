package io.aicc.bench.stt;

import io.aicc.bench.Benchmark;
import io.aicc.bench.Options;
import io.aicc.bench.Report;
import io.aicc.demo.google.GoogleStandIn;
import io.aicc.demo.google.Limits;
import io.aicc.demo.player.MuLaw;
import io.aicc.demo.script.ConversationLibrary;
import io.aicc.demo.script.Line;
import io.aicc.demo.script.PhraseModel;
import io.aicc.demo.script.Recording;
import io.aicc.demo.script.WordErrorRate;
import io.aicc.runtime.Settings;
import io.aicc.runtime.Tasks;
import io.aicc.wire.event.Channel;
import io.aicc.worker.speech.SpeechEngine;
import io.aicc.worker.speech.SpeechEngines;
import io.aicc.worker.speech.SpeechException;
import io.aicc.worker.speech.SpeechListener;
import io.aicc.worker.speech.SpeechStream;
import io.aicc.worker.speech.google.OneStream;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Somebody speaks for longer than a stream may live, as one utterance and in real time, to the stand-in with Google's own limits.
 * Beside it the same recording by one stream to a stand-in without limits: where the two differ, something was lost, doubled or
 * torn where one stream took the place of another. What both get wrong is the recogniser's, which is {@link Forgetful}.
 */
public final class MonologueBench implements Benchmark {
    private static final String LANGUAGE = "en-US";

    /** Long enough for the stand-in to settle what was said before it. */
    private static final int PAUSE_SAMPLES = 8 * 800;

    @Override
    public String name() {
        return "monologue";
    }

    @Override
    public String summary() {
        return "one utterance of many minutes by streams of five, beside one stream: words lost or doubled [--minutes 20] [--stream 300]";
    }

    @Override
    public Report run(Options options, Path directory) throws Exception {
        Duration length = Duration.ofMinutes(options.number("minutes", 20, 1, 120));
        Duration longest = Duration.ofSeconds(options.number("stream", 300, 10, 300));
        Report report = Report.of(name(), options.complete());
        ConversationLibrary library = ConversationLibrary.open();
        Map<String, String> phrases = PhraseModel.of(library.texts())
                .write(directory.toAbsolutePath())
                .settings();
        Monologue monologue = Monologue.of(library, length);
        Outcome rotated = rotated(monologue, phrases, Limits.GOOGLE.withStream(longest), directory);
        String whole = byOneStream(monologue, phrases, directory);
        describe(report, "one stream, beside the script", WordErrorRate.of(monologue.text(), whole));
        describe(report, "rotated, beside the script", WordErrorRate.of(monologue.text(), rotated.text()));
        WordErrorRate difference = WordErrorRate.of(whole, rotated.text());
        describe(report, "rotated, beside one stream", difference)
                .with("streams", rotated.streams())
                .with("streams_that_broke", rotated.broken());
        report.goal("as if it were one stream", difference.errors() == 0, "%s", difference);
        return report;
    }

    private static Report.Row describe(Report report, String what, WordErrorRate errors) {
        return report.row(what)
                .with("words", errors.words())
                .with("words_wrong", errors.errors())
                .with("words_lost", errors.lost())
                .with("words_doubled", errors.doubled());
    }

    /** As a worker does it. */
    private static Outcome rotated(Monologue monologue, Map<String, String> phrases, Limits limits, Path directory)
            throws Exception {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        Words words = new Words();
        try (GoogleStandIn standIn = standIn(phrases, limits, directory)) {
            Map<String, String> settings = new HashMap<>(standIn.workerSettings());
            settings.put(
                    "AICC_GOOGLE_STREAM_SECONDS", String.valueOf(limits.stream().toSeconds() * 95 / 100));
            try (SpeechEngine engine = engine(settings, registry);
                    SpeechStream stream = engine.open(Channel.CUSTOMER, LANGUAGE, words)) {
                stream.begin("monologue", 0);
                new Voice(monologue.samples()).speakTo(stream::audio);
                stream.end(monologue.samples().length / 8);
                return new Outcome(
                        words.text.get(1, TimeUnit.MINUTES),
                        1 + counted(registry, "aicc_stt_rotations_total"),
                        counted(registry, "aicc_stt_failures_total"));
            }
        }
    }

    private static String byOneStream(Monologue monologue, Map<String, String> phrases, Path directory)
            throws Exception {
        Duration ever = Duration.ofDays(1);
        Limits none = new Limits(Limits.GOOGLE.message(), ever, ever, ever, Limits.GOOGLE.turn());
        try (GoogleStandIn standIn = standIn(phrases, none, directory)) {
            return OneStream.hear(standIn.workerSettings(), LANGUAGE, MuLaw.encode(monologue.samples()))
                    .text();
        }
    }

    private static GoogleStandIn standIn(Map<String, String> phrases, Limits limits, Path directory) throws Exception {
        return GoogleStandIn.start(new Forgetful(engine(phrases, new SimpleMeterRegistry())), limits, directory, 0);
    }

    private static short[] withPause(Line line) throws Exception {
        short[] spoken = Recording.read(line.wav()).samples();
        return Arrays.copyOf(spoken, spoken.length + PAUSE_SAMPLES);
    }

    private record Outcome(String text, long streams, long broken) {}

    private record Monologue(short[] samples, String text) {
        /** One line after the other, from the first again after the last. */
        static Monologue of(ConversationLibrary library, Duration length) throws Exception {
            List<Line> lines = library.conversations().stream()
                    .flatMap(conversation -> conversation.lines().stream())
                    .toList();
            short[] samples = new short[Math.toIntExact(8 * length.toMillis())];
            List<String> texts = new ArrayList<>();
            int at = 0;
            for (int i = 0; ; i++) {
                Line line = lines.get(i % lines.size());
                short[] spoken = withPause(line);
                if (at + spoken.length > samples.length) {
                    return new Monologue(Arrays.copyOf(samples, at), String.join("\n", texts));
                }
                System.arraycopy(spoken, 0, samples, at, spoken.length);
                at += spoken.length;
                texts.add(line.text());
            }
        }
    }

    private static SpeechEngine engine(Map<String, String> settings, SimpleMeterRegistry registry) throws Exception {
        return Settings.load(settings, SpeechEngines::choose).create(new Tasks(Duration.ZERO), registry);
    }

    private static long counted(SimpleMeterRegistry registry, String name) {
        return Math.round(registry.get(name).counters().stream()
                .mapToDouble(counter -> counter.count())
                .sum());
    }

    private static final class Words implements SpeechListener {
        private final CompletableFuture<String> text = new CompletableFuture<>();

        @Override
        public void interimResult(String utteranceId, String interim, long endMs) {}

        @Override
        public void finalResult(String utteranceId, Transcript transcript) {
            text.complete(transcript.text());
        }

        @Override
        public void failed(String utteranceId, SpeechException cause) {
            text.completeExceptionally(cause);
        }
    }
}
