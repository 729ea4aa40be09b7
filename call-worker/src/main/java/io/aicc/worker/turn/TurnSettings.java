package io.aicc.worker.turn;

/**
 * When sound is speech, and speech an utterance. In doubt more audio is handed over, not less: a word that is cut is lost, a
 * pause that is recognised costs a little time.
 *
 * @param onsetDb how far above the background sound must be to begin an utterance, dB
 * @param sustainDb how far above the background it must be to keep one open, dB; less than {@code onsetDb}
 * @param quietestDb what is below this is never speech, dB of full scale
 * @param minSpeechMs sound that is shorter is a click, not speech
 * @param preRollMs handed over from before the first sound, so that no soft first phoneme is cut
 * @param hangoverMs pause that ends an utterance; shorter ones are part of it
 * @param longestMs utterances are cut here, in a pause if the last fifth of this has one
 */
public record TurnSettings(
        double onsetDb,
        double sustainDb,
        double quietestDb,
        int minSpeechMs,
        int preRollMs,
        int hangoverMs,
        int longestMs) {
    /** For telephone speech: still finds it whole when noise is only 10 dB weaker. */
    public static final TurnSettings DEFAULT = new TurnSettings(6, 4, -55, 120, 300, 600, 30_000);

    public TurnSettings {
        if (sustainDb > onsetDb || sustainDb <= 0) {
            throw new IllegalArgumentException(
                    "sustainDb must be above 0 and at most onsetDb = " + onsetDb + ", got " + sustainDb);
        }
        if (minSpeechMs <= 0 || preRollMs < 0 || hangoverMs <= 0 || longestMs <= hangoverMs) {
            throw new IllegalArgumentException("turn times must be positive, and longestMs above hangoverMs, got "
                    + minSpeechMs + ", " + preRollMs + ", " + hangoverMs + ", " + longestMs);
        }
    }
}
