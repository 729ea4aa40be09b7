package io.aicc.worker.speech.google;

import com.google.api.gax.rpc.ApiException;
import com.google.cloud.speech.v2.RecognizeResponse;
import com.google.cloud.speech.v2.SpeechClient;
import io.aicc.worker.speech.EncodedAudio;
import io.aicc.worker.speech.SpeechException;
import io.aicc.worker.speech.SpeechListener.Transcript;
import io.aicc.worker.speech.Transcripts;
import io.aicc.worker.speech.TurnRecogniser;
import io.aicc.worker.speech.remote.Circuit;
import io.aicc.worker.speech.remote.Failure;

/** Whole turns by {@code Recognize}, which takes a minute of audio at most. What may pass the client tries again. */
final class GoogleTurns implements TurnRecogniser {
    private final SpeechClient client;
    private final GoogleRequests requests;
    private final String language;
    private final Circuit circuit;

    GoogleTurns(SpeechClient client, GoogleRequests requests, String language, Circuit circuit) {
        this.client = client;
        this.requests = requests;
        this.language = language;
        this.circuit = circuit;
    }

    @Override
    public Transcript recognise(EncodedAudio turn) throws SpeechException {
        try {
            RecognizeResponse response = client.recognize(
                    requests.whole(turn.codec(), turn.sampleRateHz(), language, turn.copy(turn.start(), turn.end())));
            circuit.accepted();
            return Transcripts.joined(response.getResultsList().stream()
                    .map(result -> GoogleResults.transcript(result.getAlternativesList()))
                    .toList());
        } catch (ApiException e) {
            Failure failure = GoogleFailures.of(e);
            if (failure.kind() == Failure.Kind.CONFIGURATION) {
                circuit.failed(failure);
            }
            throw new SpeechException(failure.message(), e);
        }
    }

    @Override
    public void close() {
        // The engine owns the client.
    }
}
