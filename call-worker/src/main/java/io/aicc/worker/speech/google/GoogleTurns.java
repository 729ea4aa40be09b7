package io.aicc.worker.speech.google;

import com.google.api.core.ApiFuture;
import com.google.cloud.speech.v2.RecognizeRequest;
import com.google.cloud.speech.v2.RecognizeResponse;
import com.google.cloud.speech.v2.SpeechClient;
import io.aicc.worker.speech.EncodedAudio;
import io.aicc.worker.speech.SpeechException;
import io.aicc.worker.speech.SpeechListener.Transcript;
import io.aicc.worker.speech.Transcripts;
import io.aicc.worker.speech.TurnRecogniser;
import io.aicc.worker.speech.remote.Circuit;
import io.aicc.worker.speech.remote.Failure;
import java.util.concurrent.ExecutionException;

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
    public Transcript recognise(EncodedAudio turn) throws SpeechException, InterruptedException {
        RecognizeRequest request =
                requests.whole(turn.codec(), turn.sampleRateHz(), language, turn.copy(turn.start(), turn.end()));
        // The client's own way to wait cannot be interrupted.
        ApiFuture<RecognizeResponse> answer = client.recognizeCallable().futureCall(request);
        try {
            RecognizeResponse response = answer.get();
            circuit.accepted();
            return Transcripts.joined(response.getResultsList().stream()
                    .map(result -> GoogleResults.transcript(result.getAlternativesList()))
                    .toList());
        } catch (InterruptedException e) {
            answer.cancel(true);
            throw e;
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            Failure failure = GoogleFailures.of(cause);
            if (failure.kind() == Failure.Kind.CONFIGURATION) {
                circuit.failed(failure);
            }
            throw new SpeechException(failure.message(), cause);
        }
    }

    @Override
    public void close() {
        // The engine owns the client.
    }
}
