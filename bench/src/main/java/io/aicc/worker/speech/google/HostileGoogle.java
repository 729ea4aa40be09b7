package io.aicc.worker.speech.google;

import com.google.cloud.speech.v2.StreamingRecognitionResult;
import com.google.cloud.speech.v2.StreamingRecognizeResponse;
import com.google.protobuf.InvalidProtocolBufferException;
import io.aicc.bench.fuzz.Sound;
import io.aicc.wire.event.EventBody.Word;
import io.aicc.worker.speech.SpeechListener.Transcript;

/** What a server in Google's place may answer; in this package because only it reads that. */
public final class HostileGoogle {
    private HostileGoogle() {}

    /** Reads an answer. */
    public static void answer(byte[] input) {
        StreamingRecognizeResponse response;
        try {
            response = StreamingRecognizeResponse.parseFrom(input);
        } catch (InvalidProtocolBufferException _) {
            return; // gRPC ends the stream
        }
        for (StreamingRecognitionResult result : response.getResultsList()) {
            Transcript words = GoogleResults.transcript(result.getAlternativesList());
            for (Word word : words.words()) {
                Sound.holds(word.startMs() >= 0 && word.endMs() >= 0, "words are after the beginning");
            }
            Sound.holds(GoogleResults.ms(result.getResultEndOffset()) >= 0, "results end after the beginning");
        }
    }
}
