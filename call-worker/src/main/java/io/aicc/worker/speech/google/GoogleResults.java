package io.aicc.worker.speech.google;

import com.google.cloud.speech.v2.SpeechRecognitionAlternative;
import com.google.protobuf.Duration;
import io.aicc.wire.event.EventBody.Word;
import io.aicc.worker.speech.SpeechListener.Transcript;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Google's words in ours. */
final class GoogleResults {
    private static final long MOST_SECONDS = 86_400;

    private GoogleResults() {}

    /** The likeliest of what may have been said; nothing when there are no words. */
    static Transcript transcript(List<SpeechRecognitionAlternative> alternatives) {
        if (alternatives.isEmpty()) {
            return new Transcript("", List.of(), null);
        }
        SpeechRecognitionAlternative best = alternatives.getFirst();
        List<Word> words = best.getWordsList().stream()
                .filter(word -> word.hasEndOffset())
                .map(word -> new Word(
                        word.getWord(),
                        ms(word.getStartOffset()),
                        ms(word.getEndOffset()),
                        confidence(word.getConfidence())))
                .toList();
        return new Transcript(best.getTranscript().strip(), words, confidence(best.getConfidence()));
    }

    /** What makes no sense is brought to what could be meant: it is to be added to times of ours. */
    static long ms(Duration duration) {
        long seconds = Math.clamp(duration.getSeconds(), 0, MOST_SECONDS);
        return seconds * 1_000 + Math.max(0, duration.getNanos()) / 1_000_000;
    }

    /** Zero means that Google does not tell. */
    private static @Nullable Double confidence(float told) {
        return told == 0 ? null : Double.valueOf(Math.round(told * 1_000) / 1_000.0);
    }
}
