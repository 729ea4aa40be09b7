package io.aicc.worker.call;

import io.aicc.wire.event.Channel;
import io.aicc.wire.event.EventBody;
import io.aicc.worker.publish.Coverage;
import io.aicc.worker.speech.SpeechException;
import io.aicc.worker.speech.SpeechStream;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** Both speakers' lines and the engine's streams behind them, opened while the worker is warm. */
final class Voices {
    private final WorkerParts parts;
    private final Consumer<EventBody> publish;
    private final Consumer<Duration> finished;
    private final Runnable firstHeard;
    private final Map<Channel, SpeakerLine> lines = new EnumMap<>(Channel.class);
    private final Map<Channel, SpeechStream> streams = new ConcurrentHashMap<>();
    private String language = "";

    Voices(WorkerParts parts, Consumer<EventBody> publish, Consumer<Duration> finished, Runnable firstHeard) {
        this.parts = parts;
        this.publish = publish;
        this.firstHeard = firstHeard;
        Timer latency = Timer.builder("aicc_stt_latency_seconds")
                .description("From the last audio of an utterance that the engine was given to the final text")
                .tag("engine", parts.engine().name())
                .publishPercentileHistogram(false)
                .serviceLevelObjectives(
                        Duration.ofMillis(100),
                        Duration.ofMillis(250),
                        Duration.ofMillis(500),
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(2),
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(10))
                .register(parts.registry());
        Gauge.builder("aicc_stt_workers", this, Voices::recognising)
                .description("Speech streams that are open in this worker, or threads that recognise whole turns")
                .register(parts.registry());
        this.finished = took -> {
            latency.record(took);
            finished.accept(took);
        };
    }

    SpeakerLine line(Channel channel) {
        return Objects.requireNonNull(lines.get(channel), "voices are open");
    }

    /** Opens both streams for a language; open ones that serve it stay, because loading a model takes seconds. */
    void open(String wanted) throws SpeechException {
        if (streams.isEmpty() || !parts.engine().sameModel(language, wanted)) {
            openAnew(wanted);
        }
        language = wanted;
        lines.values().forEach(line -> line.speaks(wanted));
    }

    /** What is open stays until the new streams are: a worker that refuses a language is as warm for the next call. */
    private void openAnew(String wanted) throws SpeechException {
        var transcription = new SpeakerLine.Transcription(
                publish, parts.engine().name(), parts.engine().model(), finished, firstHeard);
        Map<Channel, SpeakerLine> newLines = new EnumMap<>(Channel.class);
        Map<Channel, SpeechStream> newStreams = new EnumMap<>(Channel.class);
        try {
            for (Channel channel : Channel.values()) {
                SpeakerLine line = new SpeakerLine(channel, parts.settings().turns(), transcription, System::nanoTime);
                SpeechStream stream = parts.engine().open(channel, wanted, line);
                newStreams.put(channel, stream);
                line.recogniseWith(stream);
                newLines.put(channel, line);
            }
        } catch (SpeechException refused) {
            newStreams.values().forEach(SpeechStream::close);
            throw refused;
        }
        closeStreams();
        lines.putAll(newLines);
        streams.putAll(newStreams);
    }

    private int recognising() {
        return parts.engine().turnThreads().orElseGet(streams::size);
    }

    /** When the call was over, on its timeline. */
    void over(long atMs) {
        lines.values().forEach(line -> line.over(atMs));
    }

    boolean awaitFinals(Deadline deadline) throws InterruptedException {
        return line(Channel.CUSTOMER).awaitFinals(deadline.left())
                & line(Channel.AGENT).awaitFinals(deadline.left());
    }

    /** What was said and has no final yet never gets one. */
    void giveUp() {
        streams.values().forEach(SpeechStream::giveUp);
        lines.values().forEach(SpeakerLine::giveUp);
    }

    /** How much is covered of a call whose timeline begins at {@code ready}. */
    Coverage coverage(Instant ready) {
        return new Coverage(
                ready,
                Map.of(
                        Channel.CUSTOMER, line(Channel.CUSTOMER).coveredUntilMs(),
                        Channel.AGENT, line(Channel.AGENT).coveredUntilMs()));
    }

    void close() {
        closeStreams();
        parts.engine().close();
    }

    private void closeStreams() {
        streams.values().forEach(SpeechStream::close);
        streams.clear();
    }
}
