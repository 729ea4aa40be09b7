package io.aicc.bench.stt;

import io.aicc.demo.google.GoogleStandIn;
import io.aicc.demo.google.Limits;
import io.aicc.runtime.Settings;
import io.aicc.runtime.SettingsException;
import io.aicc.runtime.Tasks;
import io.aicc.worker.speech.SpeechEngine;
import io.aicc.worker.speech.SpeechEngines;
import io.aicc.worker.speech.SpeechException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** An engine as a worker is told to use it, and what has to run beside it. */
enum Contender {
    SPHINX_PHRASES,
    SPHINX_GENERAL,
    GOOGLE_STANDIN,
    GOOGLE_STANDIN_BATCH,
    VOSK;

    private static final Path VOSK_FILES = Path.of("e2e", "vosk");

    String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    String language() {
        return this == VOSK ? "ko-KR" : "en-US";
    }

    /** Whether it is meant to understand what is said. */
    boolean speaksEnglish() {
        return this != VOSK;
    }

    /** An engine, ready to be asked for streams. */
    record Running(SpeechEngine engine, AutoCloseable beside) implements AutoCloseable {
        @Override
        public void close() throws Exception {
            engine.close();
            beside.close();
        }
    }

    /**
     * Starts it.
     *
     * @param phrases settings of an engine that knows the script
     */
    Running start(Map<String, String> phrases, Path directory) throws Exception {
        return switch (this) {
            case SPHINX_PHRASES -> new Running(engine(phrases), () -> {});
            case SPHINX_GENERAL -> new Running(engine(Map.of()), () -> {});
            case GOOGLE_STANDIN -> google(phrases, directory, "streaming");
            case GOOGLE_STANDIN_BATCH -> google(phrases, directory, "batch");
            case VOSK -> vosk();
        };
    }

    private static Running google(Map<String, String> phrases, Path directory, String mode) throws Exception {
        GoogleStandIn standIn = GoogleStandIn.start(engine(phrases), Limits.GOOGLE, directory, 0);
        Map<String, String> settings = new HashMap<>(standIn.workerSettings());
        settings.put("STT_MODE", mode);
        return new Running(engine(settings), standIn);
    }

    /** A real recogniser; its model is Korean, since no other comes with a package. */
    private Running vosk() throws Exception {
        Process provision = new ProcessBuilder(VOSK_FILES.resolve("provision").toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String python = provision.inputReader(StandardCharsets.UTF_8).readLine();
        if (python == null || provision.waitFor() != 0) {
            throw new IOException("no Vosk on this machine, see above");
        }
        Process server = new ProcessBuilder(
                        python, VOSK_FILES.resolve("serve.py").toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String port = server.inputReader(StandardCharsets.UTF_8).readLine();
        Map<String, String> settings = Map.of(
                "AICC_STT_ENGINE", "vosk", "AICC_VOSK_URL", "ws://127.0.0.1:" + port, "AICC_VOSK_LANGUAGE", language());
        return new Running(engine(settings), server::destroy);
    }

    private static SpeechEngine engine(Map<String, String> settings) throws SettingsException, SpeechException {
        return Settings.load(settings, SpeechEngines::choose)
                .create(new Tasks(Duration.ZERO), new SimpleMeterRegistry());
    }
}
