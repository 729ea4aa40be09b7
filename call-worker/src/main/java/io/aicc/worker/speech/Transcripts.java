package io.aicc.worker.speech;

import io.aicc.wire.event.EventBody.Word;
import io.aicc.worker.speech.SpeechListener.Transcript;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Parts of an utterance's words, and the whole. */
public final class Transcripts {
    private Transcripts() {}

    /** The same words later. */
    public static Transcript shifted(Transcript transcript, long ms) {
        List<Word> words = transcript.words().stream()
                .map(word -> new Word(word.text(), word.startMs() + ms, word.endMs() + ms, word.confidence()))
                .toList();
        return new Transcript(transcript.text(), words, transcript.confidence());
    }

    /** One after the other; as confident as the parts on average, by their length. */
    public static Transcript joined(List<Transcript> parts) {
        List<String> texts = new ArrayList<>();
        List<Word> words = new ArrayList<>();
        double confidence = 0;
        int weight = 0;
        for (Transcript part : parts) {
            if (part.text().isBlank()) {
                continue;
            }
            texts.add(part.text().strip());
            words.addAll(part.words());
            if (part.confidence() != null) {
                confidence += part.confidence() * part.text().length();
                weight += part.text().length();
            }
        }
        @Nullable Double mean = weight == 0 ? null : Double.valueOf(confidence / weight);
        return new Transcript(String.join(" ", texts), words, mean);
    }
}
