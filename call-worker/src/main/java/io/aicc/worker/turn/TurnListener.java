package io.aicc.worker.turn;

import io.aicc.worker.audio.AudioFrame;

/** Hears a speaker's utterances: began, audio, audio, …, ended. */
public interface TurnListener {
    /**
     * Somebody speaks.
     *
     * @param startMs start of the first audio that follows: a little before the speech itself
     */
    void began(long startMs);

    /** The next piece of the utterance; valid during the call only. No audio is handed over twice. */
    void audio(AudioFrame frame);

    /**
     * Nobody speaks any more.
     *
     * @param endMs end of the speech itself, or where a long utterance was cut
     */
    void ended(long endMs);
}
