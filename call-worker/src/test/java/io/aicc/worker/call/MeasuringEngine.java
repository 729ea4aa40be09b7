package io.aicc.worker.call;

import io.aicc.wire.event.Channel;
import io.aicc.worker.audio.AudioFrame;
import io.aicc.worker.speech.SpeechEngine;
import io.aicc.worker.speech.SpeechException;
import io.aicc.worker.speech.SpeechListener;
import io.aicc.worker.speech.SpeechListener.Transcript;
import io.aicc.worker.speech.SpeechStream;
import java.util.List;
import java.util.OptionalInt;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Says how much it was given, in milliseconds; speaks English only. */
final class MeasuringEngine implements SpeechEngine {
    final AtomicInteger opened = new AtomicInteger();
    final AtomicInteger givenUp = new AtomicInteger();
    volatile Supplier<OptionalInt> threads = OptionalInt::empty;
    private volatile @Nullable Queue<Runnable> held;

    @Override
    public String name() {
        return "measuring";
    }

    @Override
    public String model() {
        return "clock";
    }

    @Override
    public boolean sameModel(String language, String other) {
        return language.startsWith("en") && other.startsWith("en");
    }

    @Override
    public SpeechStream open(Channel channel, String language, SpeechListener listener) throws SpeechException {
        if (!language.startsWith("en")) {
            throw new SpeechException("engine measuring speaks English only, got " + language);
        }
        opened.incrementAndGet();
        return new Stream(listener);
    }

    /** Has no results for a while. */
    void holdBack() {
        held = new ConcurrentLinkedQueue<>();
    }

    void release() {
        Queue<Runnable> results = held;
        held = null;
        if (results != null) {
            results.forEach(Runnable::run);
        }
    }

    @Override
    public OptionalInt turnThreads() {
        return threads.get();
    }

    @Override
    public void close() {}

    private final class Stream implements SpeechStream {
        private final SpeechListener listener;
        private @Nullable String utterance;
        private long ms;

        Stream(SpeechListener listener) {
            this.listener = listener;
        }

        @Override
        public void begin(String utteranceId, long startMs) {
            utterance = utteranceId;
        }

        @Override
        public void audio(AudioFrame frame) {
            ms += frame.endMs() - frame.startMs();
        }

        @Override
        public void end(long endMs) {
            String said = utterance;
            Queue<Runnable> later = held;
            if (said != null) {
                Transcript transcript = new Transcript(ms + " milliseconds", List.of(), null);
                Runnable result = () -> listener.finalResult(said, transcript);
                if (later == null) {
                    result.run();
                } else {
                    later.add(result);
                }
            }
        }

        @Override
        public void giveUp() {
            givenUp.incrementAndGet();
        }

        @Override
        public void close() {}
    }
}
