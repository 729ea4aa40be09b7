package io.aicc.worker.speech;

import io.aicc.worker.audio.AudioFrame;

/**
 * One speaker's way into an engine. The caller has found where speech begins and ends; in between, and only there, it hands
 * over audio. Used by one thread at a time. An engine that recognises in this process may take as long as it needs (its
 * caller buffers); one that talks to a server must return at once and buffer within bounds.
 */
public interface SpeechStream extends AutoCloseable {
    /** Hears nothing and says nothing. */
    SpeechStream SILENT = new SpeechStream() {
        @Override
        public void begin(String utteranceId, long startMs) {}

        @Override
        public void audio(AudioFrame frame) {}

        @Override
        public void end(long endMs) {}

        @Override
        public void close() {}
    };

    /**
     * An utterance begins; the one before has ended.
     *
     * @param utteranceId returned with every result
     * @param startMs start of its first frame on the session's timeline
     */
    void begin(String utteranceId, long startMs);

    /** The next piece of the utterance. The frame is only valid during the call. */
    void audio(AudioFrame frame);

    /** The utterance is over: exactly one {@link SpeechListener#finalResult} or {@link SpeechListener#failed} follows. */
    void end(long endMs);

    /**
     * Nobody waits any more: what has ended and has no result yet has failed, at once. From any thread. Does nothing where an
     * utterance has its result when it ends.
     */
    default void giveUp() {}

    /**
     * Ends an open utterance, waits a while for what is under way, gives up what is left, and lets go. Idempotent. Interrupted, it
     * does not wait.
     */
    @Override
    void close();
}
