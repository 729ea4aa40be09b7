package io.aicc.demo;

import io.aicc.demo.google.Fault;
import io.aicc.demo.google.Faults.Planned;
import io.aicc.demo.google.GoogleStandIn;
import io.aicc.demo.google.Limits;
import io.aicc.runtime.Settings;
import io.aicc.runtime.SettingsException;
import io.aicc.runtime.Tasks;
import io.aicc.worker.speech.SpeechEngines;
import io.aicc.worker.speech.SpeechException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How the demo's workers get their words: from the recogniser in their own process, or from a stand-in for Google. */
final class DemoSpeech implements AutoCloseable {
    /** With a fault, every so many streams break: less often than it takes to be left alone. */
    private static final int BREAKS_EVERY = 3;

    private static final int BREAKS_AFTER_MS = 1_000;

    private final Map<String, String> workerSettings;
    private final @Nullable GoogleStandIn standIn;

    private DemoSpeech(Map<String, String> workerSettings, @Nullable GoogleStandIn standIn) {
        this.workerSettings = workerSettings;
        this.standIn = standIn;
    }

    /**
     * What the demo was asked for.
     *
     * @param standIn use the stand-in for Google
     * @param batch recognise whole turns
     * @param fault breaks some of the stand-in's streams
     */
    record Asked(boolean standIn, boolean batch, @Nullable Fault fault) {
        /** Whether each worker's own recogniser hears the words while they are spoken. */
        boolean inTheWorker() {
            return !standIn && !batch;
        }
    }

    /** Starts what is asked for, which then knows what the recogniser knows. */
    static DemoSpeech start(Asked asked, Recogniser recogniser, Path directory) throws IOException {
        GoogleStandIn standIn = asked.standIn() ? standIn(recogniser, directory) : null;
        Map<String, String> settings =
                new HashMap<>(standIn == null ? recogniser.workerSettings() : standIn.workerSettings());
        if (asked.batch()) {
            settings.put("STT_MODE", "batch");
        }
        if (standIn != null && asked.fault() != null) {
            standIn.streamFaults().every(BREAKS_EVERY, new Planned(asked.fault(), BREAKS_AFTER_MS));
        }
        return new DemoSpeech(settings, standIn);
    }

    private static GoogleStandIn standIn(Recogniser recogniser, Path directory) throws IOException {
        try {
            return GoogleStandIn.start(
                    Settings.load(recogniser.workerSettings(), SpeechEngines::choose)
                            .create(new Tasks(Duration.ZERO), new SimpleMeterRegistry()),
                    Limits.GOOGLE,
                    directory,
                    0);
        } catch (SettingsException | SpeechException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    /** What a worker is told. */
    Map<String, String> workerSettings() {
        return workerSettings;
    }

    @Override
    public void close() throws InterruptedException {
        if (standIn != null) {
            standIn.close();
        }
    }
}
