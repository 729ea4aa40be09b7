package io.aicc.worker.speech.google;

import com.google.api.gax.rpc.BidiStreamObserver;
import com.google.api.gax.rpc.ClientStream;
import com.google.api.gax.rpc.StreamController;
import com.google.cloud.speech.v2.SpeechClient;
import com.google.cloud.speech.v2.StreamingRecognitionResult;
import com.google.cloud.speech.v2.StreamingRecognizeRequest;
import com.google.cloud.speech.v2.StreamingRecognizeResponse;
import io.aicc.crd.Codec;
import io.aicc.worker.speech.remote.RecognitionServer.Conversation;
import io.aicc.worker.speech.remote.RecognitionServer.Hearer;
import org.jspecify.annotations.Nullable;

/** One {@code StreamingRecognize} call. */
final class GoogleConversation
        implements Conversation, BidiStreamObserver<StreamingRecognizeRequest, StreamingRecognizeResponse> {
    private final StreamingRecognizeRequest first;
    private final Codec codec;
    private final Hearer hearer;
    private volatile @Nullable StreamController controller;
    private volatile @Nullable ClientStream<StreamingRecognizeRequest> stream;

    private GoogleConversation(StreamingRecognizeRequest first, Codec codec, Hearer hearer) {
        this.first = first;
        this.codec = codec;
        this.hearer = hearer;
    }

    static GoogleConversation open(SpeechClient client, StreamingRecognizeRequest first, Codec codec, Hearer hearer) {
        GoogleConversation conversation = new GoogleConversation(first, codec, hearer);
        client.streamingRecognizeCallable().call(conversation);
        return conversation;
    }

    @Override
    public boolean ready() {
        return stream != null && stream.isSendReady();
    }

    @Override
    public void send(byte[] audio) {
        if (stream != null) {
            stream.send(GoogleRequests.audio(codec, audio));
        }
    }

    @Override
    public void endAudio() {
        if (stream != null) {
            stream.closeSend();
        }
    }

    @Override
    public void cancel() {
        if (controller != null) {
            controller.cancel();
        }
    }

    @Override
    public void onStart(StreamController started) {
        controller = started;
    }

    /** Called by one thread at a time, first when the connection stands. */
    @Override
    public void onReady(ClientStream<StreamingRecognizeRequest> opened) {
        if (stream == null) {
            opened.send(first);
            stream = opened;
        }
        hearer.ready();
    }

    @Override
    public void onResponse(StreamingRecognizeResponse response) {
        StringBuilder guess = new StringBuilder();
        for (StreamingRecognitionResult result : response.getResultsList()) {
            if (result.getIsFinal()) {
                hearer.heard(
                        GoogleResults.transcript(result.getAlternativesList()),
                        GoogleResults.ms(result.getResultEndOffset()));
            } else if (result.getAlternativesCount() > 0) {
                // The first part is the stable one, what follows may still change.
                guess.append(guess.isEmpty() ? "" : " ")
                        .append(result.getAlternatives(0).getTranscript().strip());
            }
        }
        if (!guess.isEmpty()) {
            hearer.guessed(guess.toString());
        }
    }

    @Override
    public void onError(Throwable failure) {
        hearer.failed(GoogleFailures.of(failure));
    }

    @Override
    public void onComplete() {
        hearer.ended();
    }
}
