package io.aicc.worker.speech;

import io.aicc.worker.audio.AudioFrame;

/**
 * Finds pauses inside an utterance, where it may be cut without cutting a word: moments that are nearly as quiet as the
 * quietest of the last seconds, and some that are not. Not thread-safe.
 */
public final class Pauses {
    /** Shorter than this is a stop consonant, not a pause. */
    private static final int SHORTEST_MS = 160;

    /** As long as people wait between two sentences. */
    private static final int SENTENCES_MS = 400;

    /** As energy: 8 dB above the quietest. */
    private static final double MARGIN = 6.3;

    /** The quietest is forgotten by 3 dB in 4 s, so that the background may become louder. */
    private static final double FORGET_PER_MS = Math.pow(2, 1.0 / 4_000);

    /** Below −62 dB of full scale nothing is a word. */
    private static final double SILENCE = 676;

    private double quietest = Double.MAX_VALUE;
    private double quietMs;

    /** Takes the next frame. */
    public void hear(AudioFrame frame) {
        double ms = frame.length() * 1000.0 / frame.sampleRateHz();
        double energy = 0;
        for (int i = 0; i < frame.length(); i++) {
            energy += (double) frame.samples()[i] * frame.samples()[i];
        }
        energy /= Math.max(1, frame.length());
        quietest = Math.min(Math.max(energy, SILENCE), quietest * Math.pow(FORGET_PER_MS, ms));
        quietMs = energy <= quietest * MARGIN ? quietMs + ms : 0;
    }

    /** Whether it is quiet now, and has been for long enough. */
    public boolean quiet() {
        return quietMs >= SHORTEST_MS;
    }

    /** Whether it has been quiet for so long that a sentence seems to be over. */
    public boolean betweenSentences() {
        return quietMs >= SENTENCES_MS;
    }
}
