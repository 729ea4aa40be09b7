package io.aicc.demo.google;

import static org.assertj.core.api.Assertions.assertThat;

import io.aicc.crd.Codec;
import io.aicc.demo.player.MuLaw;
import io.aicc.demo.script.ConversationLibrary;
import io.aicc.demo.script.Line;
import io.aicc.demo.script.PhraseModel;
import io.aicc.demo.script.Recording;
import io.aicc.runtime.Settings;
import io.aicc.runtime.Tasks;
import io.aicc.wire.event.Channel;
import io.aicc.worker.audio.AudioFrame;
import io.aicc.worker.speech.SpeechEngine;
import io.aicc.worker.speech.SpeechEngines;
import io.aicc.worker.speech.SpeechException;
import io.aicc.worker.speech.SpeechListener;
import io.aicc.worker.speech.SpeechStream;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;

/** A stand-in that knows the demo's phrases, and the worker's own engine, through Google's own client, that talks to it. */
final class StandInCalls implements AutoCloseable {
    private static final int FRAME = 160;

    /** Of all stand-ins: they take seconds to make. */
    private static final KeyPair KEYS = Account.newKeys();

    /** Long enough for the stand-in to settle what was said before it. */
    private static final int PAUSE_MS = 800;

    final GoogleStandIn standIn;
    final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final List<SpeechEngine> engines = new ArrayList<>();

    /**
     * Starts a stand-in.
     *
     * @param phrases what it knows
     */
    StandInCalls(Path directory, PhraseModel.Written phrases, Limits limits) throws Exception {
        SpeechEngine ears = Settings.load(phrases.settings(), SpeechEngines::choose)
                .create(new Tasks(Duration.ZERO), new SimpleMeterRegistry());
        standIn = GoogleStandIn.start(ears, limits, directory, 0, KEYS);
    }

    /** What the stand-ins of tests know: the demo's phrases. */
    static PhraseModel.Written phrases(Path directory) throws Exception {
        return PhraseModel.of(ConversationLibrary.open().texts()).write(directory);
    }

    /** The worker's engine, with these settings besides those that it needs. */
    SpeechEngine engine(String... settings) throws Exception {
        Map<String, String> all = new HashMap<>(standIn.workerSettings());
        for (int i = 0; i < settings.length; i += 2) {
            all.put(settings[i], settings[i + 1]);
        }
        SpeechEngine engine = Settings.load(all, SpeechEngines::choose).create(new Tasks(Duration.ZERO), registry);
        engines.add(engine);
        return engine;
    }

    static Heard listenTo(SpeechEngine engine) throws SpeechException {
        return new Heard(engine);
    }

    /** Some of what is said in the demo's first call, one sentence after the other, with a pause between. */
    static Spoken lines(int... which) throws Exception {
        List<Line> lines = ConversationLibrary.open().conversations().getFirst().lines();
        List<short[]> parts = new ArrayList<>();
        List<String> texts = new ArrayList<>();
        for (int index : which) {
            Line line = lines.get(index);
            parts.add(Recording.read(line.wav()).samples());
            parts.add(new short[8 * PAUSE_MS]);
            texts.add(line.text());
        }
        short[] all = new short[parts.stream().mapToInt(part -> part.length).sum()];
        int at = 0;
        for (short[] part : parts) {
            System.arraycopy(part, 0, all, at, part.length);
            at += part.length;
        }
        return new Spoken(all, String.join("\n", texts));
    }

    record Spoken(short[] samples, String text) {
        long ms() {
            return samples.length / 8;
        }
    }

    @Override
    public void close() throws Exception {
        engines.forEach(SpeechEngine::close);
        standIn.close();
    }

    /** A speaker's stream and what came of it. */
    static final class Heard implements SpeechListener {
        final List<String> interims = new CopyOnWriteArrayList<>();
        final List<Transcript> finals = new CopyOnWriteArrayList<>();
        final List<String> failures = new CopyOnWriteArrayList<>();
        private final SpeechStream stream;

        Heard(SpeechEngine engine) throws SpeechException {
            stream = engine.open(Channel.CUSTOMER, "en-US", this);
        }

        /** Says it as one utterance, at once: the engine minds the pace. */
        void say(String utterance, Spoken spoken) {
            begin(utterance, spoken);
            stream.end(spoken.ms());
        }

        private void begin(String utterance, Spoken spoken) {
            stream.begin(utterance, 0);
            for (int from = 0; from < spoken.samples().length; from += FRAME) {
                stream.audio(frame(spoken, from));
            }
        }

        /** Says it as one utterance, half again as fast as it is spoken: the stand-in allows that. */
        Heard sayInTime(String utterance, Spoken spoken) throws InterruptedException {
            stream.begin(utterance, 0);
            AtomicInteger at = new AtomicInteger();
            CountDownLatch said = new CountDownLatch(1);
            try (ScheduledExecutorService pace = Executors.newSingleThreadScheduledExecutor()) {
                Runnable next = () -> {
                    if (at.get() < spoken.samples().length) {
                        stream.audio(frame(spoken, at.getAndAdd(FRAME)));
                    } else {
                        said.countDown();
                    }
                };
                pace.scheduleAtFixedRate(next, 0, 13_400, TimeUnit.MICROSECONDS);
                assertThat(said.await(5, TimeUnit.MINUTES)).isTrue();
                pace.shutdownNow();
            }
            stream.end(spoken.ms());
            return this;
        }

        private static AudioFrame frame(Spoken spoken, int from) {
            AudioFrame frame = new AudioFrame(Codec.ULAW);
            int length = Math.min(FRAME, spoken.samples().length - from);
            System.arraycopy(spoken.samples(), from, frame.samples(), 0, length);
            for (int i = 0; i < length; i++) {
                frame.encoded()[i] = MuLaw.encode(frame.samples()[i]);
            }
            frame.filled(from, length, length);
            return frame;
        }

        Heard await(int finals, Duration limit) {
            Awaitility.await().atMost(limit).until(() -> this.finals.size() + failures.size() >= finals);
            return this;
        }

        String text() {
            return String.join("\n", finals.stream().map(Transcript::text).toList());
        }

        @Override
        public void interimResult(String utteranceId, String text, long endMs) {
            interims.add(text);
        }

        @Override
        public void finalResult(String utteranceId, Transcript transcript) {
            finals.add(transcript);
        }

        @Override
        public void failed(String utteranceId, SpeechException cause) {
            failures.add(utteranceId + ": " + cause.getMessage());
        }
    }
}
