package io.aicc.worker.speech.vosk;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.aicc.wire.event.EventBody.Word;
import io.aicc.worker.speech.SpeechListener.Transcript;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What vosk-server says. */
sealed interface VoskAnswer {
    JsonMapper JSON = JsonMapper.builder().build();
    double MOST_SECONDS = 86_400;

    /** Words so far. */
    record Guess(String text) implements VoskAnswer {}

    /** Words for good. */
    record Settled(Transcript words) implements VoskAnswer {
        /** How far it reaches: to its last word, since the rest is silence or yet to come; 0 without words. */
        long untilMs() {
            return words.words().isEmpty() ? 0 : words.words().getLast().endMs();
        }
    }

    /** Nothing for us. */
    record Other() implements VoskAnswer {}

    /**
     * Reads a message.
     *
     * @throws JsonProcessingException when it is not JSON
     */
    static VoskAnswer parse(String message) throws JsonProcessingException {
        JsonNode json = JSON.readTree(message);
        if (json.hasNonNull("text")) {
            return new Settled(transcript(json));
        }
        return json.hasNonNull("partial") ? new Guess(json.path("partial").asText()) : new Other();
    }

    /** What makes no sense is brought to what could be meant: it is to be added to times of ours. */
    private static long ms(double seconds) {
        return Math.round(1000 * Math.clamp(seconds, 0, MOST_SECONDS));
    }

    private static double confidence(JsonNode word) {
        double said = word.path("conf").asDouble();
        return said >= 0 && said <= 1 ? said : 0; // A NaN is neither, and no JSON.
    }

    private static Transcript transcript(JsonNode json) {
        List<Word> words = new ArrayList<>();
        double confidence = 0;
        for (JsonNode word : json.path("result")) {
            double sure = confidence(word);
            confidence += sure;
            words.add(new Word(
                    word.path("word").asText(),
                    ms(word.path("start").asDouble()),
                    ms(word.path("end").asDouble()),
                    sure));
        }
        @Nullable Double mean = words.isEmpty() ? null : Double.valueOf(confidence / words.size());
        return new Transcript(json.path("text").asText(), words, mean);
    }
}
