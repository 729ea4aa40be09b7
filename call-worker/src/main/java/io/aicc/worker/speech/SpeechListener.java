package io.aicc.worker.speech;

import io.aicc.wire.event.EventBody.Word;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Hears what an engine made of a speaker's utterances. */
public interface SpeechListener {
    /** Words so far; each call replaces the one before. */
    void interimResult(String utteranceId, String text, long endMs);

    /** The words for good, once per utterance; empty when there were none. */
    void finalResult(String utteranceId, Transcript transcript);

    /** The utterance is lost; once per utterance, instead of a final. */
    void failed(String utteranceId, SpeechException cause);

    /**
     * The words of one utterance.
     *
     * @param text plain words, no markup
     * @param words with their places on the session's timeline; empty when the engine tells none
     * @param confidence 0 to 1, if the engine tells
     */
    record Transcript(
            String text, List<Word> words, @Nullable Double confidence) {
        public Transcript {
            words = List.copyOf(words);
        }
    }
}
