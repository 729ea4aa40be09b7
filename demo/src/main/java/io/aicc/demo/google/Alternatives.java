package io.aicc.demo.google;

import com.google.cloud.speech.v2.SpeechRecognitionAlternative;
import com.google.cloud.speech.v2.WordInfo;
import com.google.protobuf.util.Durations;
import io.aicc.worker.speech.SpeechListener.Transcript;

/** Our words in Google's. */
final class Alternatives {
    private Alternatives() {}

    static SpeechRecognitionAlternative.Builder of(Transcript transcript) {
        SpeechRecognitionAlternative.Builder alternative =
                SpeechRecognitionAlternative.newBuilder().setTranscript(transcript.text());
        transcript
                .words()
                .forEach(word -> alternative.addWords(WordInfo.newBuilder()
                        .setWord(word.text())
                        .setStartOffset(Durations.fromMillis(word.startMs()))
                        .setEndOffset(Durations.fromMillis(word.endMs()))));
        return alternative;
    }
}
