package io.aicc.bench.stt;

import io.aicc.bench.Benchmark;
import io.aicc.bench.Options;
import io.aicc.bench.Report;
import io.aicc.demo.google.GoogleStandIn;
import io.aicc.demo.google.Limits;
import io.aicc.demo.script.CleanFileRecogniser;
import io.aicc.demo.script.ConversationLibrary;
import io.aicc.demo.script.Line;
import io.aicc.demo.script.PhraseModel;
import io.aicc.demo.script.Recording;
import io.aicc.demo.script.WordErrorRate;
import io.aicc.runtime.Settings;
import io.aicc.wire.event.Channel;
import io.aicc.worker.speech.SpeechEngine;
import io.aicc.worker.speech.SpeechEngines;
import io.aicc.worker.speech.SpeechException;
import io.aicc.worker.speech.SpeechListener;
import io.aicc.worker.speech.SpeechStream;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Somebody speaks for longer than Google lets a stream live, as one utterance and in real time, to the stand-in with Google's own
 * limits. The sentences are those that the recogniser gets right one by one: a word that is missing or wrong was lost or torn
 * where one stream took the place of another.
 */
public final class MonologueBench implements Benchmark {
    /** Long enough for the stand-in to settle what was said before it. */
    private static final int PAUSE_SAMPLES = 8 * 800;

    @Override
    public String name() {
        return "monologue";
    }

    @Override
    public String summary() {
        return "one utterance of many minutes through streams of five: words lost or doubled [--minutes 20]";
    }

    @Override
    public Report run(Options options, Path directory) throws Exception {
        Duration length = Duration.ofMinutes(options.number("minutes", 20, 1, 120));
        Report report = Report.of(name(), options.complete());
        ConversationLibrary library = ConversationLibrary.open();
        Map<String, String> phrases = PhraseModel.of(library.texts())
                .write(directory.toAbsolutePath())
                .settings();
        Monologue monologue = Monologue.of(clear(library, phrases), length);
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        Outcome outcome = new Outcome();
        try (GoogleStandIn standIn =
                        GoogleStandIn.start(engine(phrases, new SimpleMeterRegistry()), Limits.GOOGLE, directory, 0);
                SpeechEngine engine = engine(standIn.workerSettings(), registry);
                SpeechStream stream = engine.open(Channel.CUSTOMER, "en-US", outcome)) {
            stream.begin("monologue", 0);
            new Voice(monologue.samples()).speakTo(stream::audio);
            stream.end(monologue.samples().length / 8);
            String heard = outcome.text.get(1, TimeUnit.MINUTES);
            WordErrorRate errors = WordErrorRate.of(monologue.text(), heard);
            report.row("monologue")
                    .with("words", errors.words())
                    .with("streams", 1 + counted(registry, "aicc_stt_rotations_total"))
                    .with("streams_that_broke", counted(registry, "aicc_stt_failures_total"))
                    .with("words_wrong", errors.errors())
                    .with("words_lost", errors.lost())
                    .with("words_doubled", errors.doubled());
            report.goal("as if it were one stream", errors.errors() == 0, "%s", errors);
        }
        return report;
    }

    private static List<Line> clear(ConversationLibrary library, Map<String, String> phrases) throws Exception {
        List<Line> lines = library.conversations().stream()
                .flatMap(conversation -> conversation.lines().stream())
                .toList();
        List<short[]> tracks = new ArrayList<>();
        for (Line line : lines) {
            tracks.add(withPause(line));
        }
        List<Line> clear = new ArrayList<>();
        try (SpeechEngine engine = engine(phrases, new SimpleMeterRegistry())) {
            List<List<String>> heard = CleanFileRecogniser.transcribe(engine, tracks, "en-US");
            for (int i = 0; i < lines.size(); i++) {
                if (WordErrorRate.of(lines.get(i).text(), String.join("\n", heard.get(i)))
                                .errors()
                        == 0) {
                    clear.add(lines.get(i));
                }
            }
        }
        return clear;
    }

    private static short[] withPause(Line line) throws Exception {
        short[] spoken = Recording.read(line.wav()).samples();
        return Arrays.copyOf(spoken, spoken.length + PAUSE_SAMPLES);
    }

    private record Monologue(short[] samples, String text) {
        /** One line after the other, from the first again after the last. */
        static Monologue of(List<Line> lines, Duration length) throws Exception {
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
        return Settings.load(settings, SpeechEngines::choose).create(registry);
    }

    private static long counted(SimpleMeterRegistry registry, String name) {
        return Math.round(registry.get(name).counters().stream()
                .mapToDouble(counter -> counter.count())
                .sum());
    }

    private static final class Outcome implements SpeechListener {
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
