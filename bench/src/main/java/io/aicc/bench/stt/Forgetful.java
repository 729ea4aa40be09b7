package io.aicc.bench.stt;

import io.aicc.wire.event.Channel;
import io.aicc.worker.audio.AudioFrame;
import io.aicc.worker.speech.SpeechEngine;
import io.aicc.worker.speech.SpeechException;
import io.aicc.worker.speech.SpeechListener;
import io.aicc.worker.speech.SpeechStream;

/**
 * A recogniser that hears each utterance as if it were the first. One that adapts to the seconds before takes a word for another
 * where a stream begins, however well the audio was parted; what is left without that is what was done to the audio.
 *
 * @param engine opens quickly
 */
record Forgetful(SpeechEngine engine) implements SpeechEngine {
    @Override
    public String name() {
        return engine.name();
    }

    @Override
    public String model() {
        return engine.model();
    }

    @Override
    public SpeechStream open(Channel channel, String language, SpeechListener listener) {
        return new Stream(channel, language, listener);
    }

    @Override
    public void close() {
        engine.close();
    }

    private final class Stream implements SpeechStream {
        private final Channel channel;
        private final String language;
        private final SpeechListener listener;
        private SpeechStream utterance = SILENT;

        Stream(Channel channel, String language, SpeechListener listener) {
            this.channel = channel;
            this.language = language;
            this.listener = listener;
        }

        @Override
        public void begin(String utteranceId, long startMs) {
            try {
                utterance = engine.open(channel, language, listener);
            } catch (SpeechException e) {
                throw new IllegalStateException(e);
            }
            utterance.begin(utteranceId, startMs);
        }

        @Override
        public void audio(AudioFrame frame) {
            utterance.audio(frame);
        }

        @Override
        public void end(long endMs) {
            utterance.end(endMs);
            close();
        }

        @Override
        public void close() {
            utterance.close();
            utterance = SILENT;
        }
    }
}
