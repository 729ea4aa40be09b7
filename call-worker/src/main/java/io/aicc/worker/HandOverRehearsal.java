package io.aicc.worker;

import io.aicc.runtime.Health;
import io.aicc.wire.event.Channel;
import io.aicc.worker.publish.PublishSettings;
import io.aicc.worker.speech.SpeechEngine;
import io.aicc.worker.speech.SpeechListener;
import io.aicc.worker.speech.SpeechStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A hand-over that the worker plays to itself once it is ready. What a JVM does for the first time, loading
 * classes, reading JSON, checking a signature, takes it a hundred times as long, and the first call is the only one that a
 * worker ever has. The call has no engine, and its outbox is deleted.
 */
final class HandOverRehearsal {
    private static final Logger log = LoggerFactory.getLogger(HandOverRehearsal.class);

    /** Loaded is what was asked for once; compiled only what was asked for a few times. */
    private static final int LEAST_REQUESTS = 3;

    private static final int MOST_REQUESTS = 20;
    private static final Duration LIMIT = Duration.ofMillis(300);
    private static final String NAME = "rehearsal";

    private final Path directory;
    private final BooleanSupplier wanted;
    private volatile boolean over;

    /**
     * One that has not begun.
     *
     * @param directory where the outbox of the call will be
     * @param wanted whether the worker has something better to do
     */
    HandOverRehearsal(Path directory, BooleanSupplier wanted) {
        this.directory = directory;
        this.wanted = wanted;
    }

    /** Up in any case: a worker need not have rehearsed. */
    Health.State health() {
        return Health.State.up(over ? "over" : "to come");
    }

    /** Plays it; when it fails, the worker is none the worse, only its first call begins more slowly. */
    void play() {
        long start = System.nanoTime();
        Path outbox = null;
        try {
            outbox = Files.createTempDirectory(Files.createDirectories(directory), NAME);
            int requests = perform(outbox, start + LIMIT.toNanos());
            log.atInfo()
                    .addKeyValue("requests", requests)
                    .addKeyValue("took_ms", (System.nanoTime() - start) / 1_000_000)
                    .log("hand-over rehearsed");
        } catch (Exception e) {
            log.atWarn().setCause(e).log("hand-over not rehearsed, the first call will begin more slowly");
        } finally {
            delete(outbox);
            over = true;
        }
    }

    private int perform(Path outbox, long deadline) throws Exception {
        try (OwnCall call = OwnCall.prepare(new Mute(), new PublishSettings(List.of(), outbox))) {
            int requests = 0;
            do {
                call.handOver(Map.of(Channel.CUSTOMER, 1024, Channel.AGENT, 1025));
                requests++;
            } while (isWorthAnother(requests, deadline));
            call.end();
            return requests;
        }
    }

    private boolean isWorthAnother(int requests, long deadline) {
        if (requests >= MOST_REQUESTS || wanted.getAsBoolean()) {
            return false;
        }
        return requests < LEAST_REQUESTS || System.nanoTime() < deadline;
    }

    private static void delete(@Nullable Path directory) {
        if (directory == null) {
            return;
        }
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        } catch (IOException e) {
            log.atWarn().addKeyValue("directory", directory).setCause(e).log("outbox of the rehearsal stays behind");
        }
    }

    /** Hears nothing: the recogniser has been warmed up by opening it. */
    private static final class Mute implements SpeechEngine {
        @Override
        public String name() {
            return NAME;
        }

        @Override
        public String model() {
            return "none";
        }

        @Override
        public SpeechStream open(Channel channel, String language, SpeechListener listener) {
            return SpeechStream.SILENT;
        }

        @Override
        public void close() {}
    }
}
