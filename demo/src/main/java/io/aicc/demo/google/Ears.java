package io.aicc.demo.google;

import io.aicc.wire.event.Channel;
import io.aicc.worker.speech.SpeechEngine;
import io.aicc.worker.speech.SpeechException;
import io.aicc.worker.speech.SpeechListener;
import io.aicc.worker.speech.SpeechStream;
import java.util.concurrent.ConcurrentLinkedDeque;

/** Streams of an offline recogniser, used again by one call after the other, because opening one takes a while. Thread-safe. */
final class Ears implements AutoCloseable {
    private final SpeechEngine engine;
    private final ConcurrentLinkedDeque<Ear> idle = new ConcurrentLinkedDeque<>();

    Ears(SpeechEngine engine) {
        this.engine = engine;
    }

    SpeechEngine engine() {
        return engine;
    }

    /** A stream whose results go to that listener until it is given back. */
    Ear lend(String language, SpeechListener listener) throws SpeechException {
        Ear free = idle.poll();
        Ear ear = free == null ? new Ear(language) : free;
        ear.listener = listener;
        return ear;
    }

    /** Takes back a stream whose last utterance has ended. */
    void giveBack(Ear ear) {
        idle.push(ear);
    }

    @Override
    public void close() {
        for (Ear ear = idle.poll(); ear != null; ear = idle.poll()) {
            ear.stream.close();
        }
        engine.close();
    }

    /** A stream on loan. */
    final class Ear implements SpeechListener {
        private final SpeechStream stream;
        private volatile SpeechListener listener = this;

        private Ear(String language) throws SpeechException {
            stream = engine.open(Channel.CUSTOMER, language, this);
        }

        SpeechStream stream() {
            return stream;
        }

        @Override
        public void interimResult(String utteranceId, String text, long endMs) {
            listener.interimResult(utteranceId, text, endMs);
        }

        @Override
        public void finalResult(String utteranceId, Transcript transcript) {
            listener.finalResult(utteranceId, transcript);
        }

        @Override
        public void failed(String utteranceId, SpeechException cause) {
            listener.failed(utteranceId, cause);
        }
    }
}
