package io.aicc.worker.speech;

import io.aicc.worker.speech.SpeechListener.Transcript;

/** Recognises turns as a whole, from as many threads at a time as call it. */
public interface TurnRecogniser extends AutoCloseable {
    /** Longest turn that every engine takes: Google's limit is a minute. */
    int LONGEST_MS = 55_000;

    /**
     * Recognises a turn and waits for the words; their times count from the turn's first sample. What may pass is tried
     * again in here.
     *
     * @param turn at most {@value #LONGEST_MS} ms
     * @throws SpeechException when the turn is lost
     */
    Transcript recognise(EncodedAudio turn) throws SpeechException, InterruptedException;

    @Override
    void close();
}
