package io.aicc.demo.google;

import com.google.cloud.speech.v2.RecognizeRequest;
import com.google.cloud.speech.v2.RecognizeResponse;
import com.google.cloud.speech.v2.SpeechRecognitionResult;
import com.google.cloud.speech.v2.StreamingRecognizeRequest;
import com.google.cloud.speech.v2.StreamingRecognizeResponse;
import com.google.protobuf.Message;
import com.google.protobuf.util.Durations;
import io.aicc.worker.speech.EncodedAudio;
import io.aicc.worker.speech.SpeechException;
import io.aicc.worker.speech.SpeechListener.Transcript;
import io.aicc.worker.speech.TurnRecogniser;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerServiceDefinition;
import io.grpc.StatusException;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The two methods of {@code google.cloud.speech.v2.Speech} that recognise. */
final class SpeechService implements AutoCloseable {
    private static final String NAME = "google.cloud.speech.v2.Speech";

    private final StreamCall.Service shared;
    private final Faults streamFaults;
    private final Faults turnFaults;
    private final Set<StreamCall> open = ConcurrentHashMap.newKeySet();
    private @Nullable TurnRecogniser turns;

    SpeechService(StreamCall.Service shared, Faults streamFaults, Faults turnFaults) {
        this.shared = shared;
        this.streamFaults = streamFaults;
        this.turnFaults = turnFaults;
    }

    ServerServiceDefinition definition() {
        return ServerServiceDefinition.builder(NAME)
                .addMethod(
                        method(
                                "StreamingRecognize",
                                MethodType.BIDI_STREAMING,
                                StreamingRecognizeRequest.getDefaultInstance(),
                                StreamingRecognizeResponse.getDefaultInstance()),
                        ServerCalls.asyncBidiStreamingCall(this::stream))
                .addMethod(
                        method(
                                "Recognize",
                                MethodType.UNARY,
                                RecognizeRequest.getDefaultInstance(),
                                RecognizeResponse.getDefaultInstance()),
                        ServerCalls.asyncUnaryCall(this::recognise))
                .build();
    }

    /** Ends what lasts too long or says nothing. */
    void look() {
        open.forEach(StreamCall::look);
    }

    private StreamObserver<StreamingRecognizeRequest> stream(StreamObserver<StreamingRecognizeResponse> client) {
        StreamCall[] self = new StreamCall[1];
        StreamCall call = new StreamCall(client, shared, streamFaults.take(), () -> open.remove(self[0]));
        self[0] = call;
        open.add(call);
        return call;
    }

    private void recognise(RecognizeRequest request, StreamObserver<RecognizeResponse> client) {
        try {
            var fault = turnFaults.take();
            if (fault.isPresent()) {
                throw fault.get().fault().status().asException();
            }
            client.onNext(recognised(request));
            client.onCompleted();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            client.onError(Fault.UNAVAILABLE.status().asException());
        } catch (StatusException | SpeechException | RuntimeException e) {
            client.onError(Asked.status(e).asException());
        }
    }

    private RecognizeResponse recognised(RecognizeRequest request)
            throws StatusException, SpeechException, InterruptedException {
        Asked asked = Asked.of(request.getRecognizer(), request.getConfig(), shared.project());
        EncodedAudio turn = new EncodedAudio(asked.codec(), asked.sampleRateHz());
        byte[] content = asked.asInRtp(request.getContent().toByteArray());
        turn.append(content, 0, content.length);
        if (turn.keptMs() > shared.limits().turn().toMillis()) {
            throw Asked.invalid("Audio can be of a maximum of 60 seconds.");
        }
        Transcript words = turns(asked.language()).recognise(turn);
        RecognizeResponse.Builder response = RecognizeResponse.newBuilder();
        if (!words.text().isEmpty()) {
            response.addResults(SpeechRecognitionResult.newBuilder()
                    .addAlternatives(Alternatives.of(words))
                    .setResultEndOffset(Durations.fromMillis(turn.keptMs())));
        }
        return response.build();
    }

    private synchronized TurnRecogniser turns(String language) throws SpeechException {
        TurnRecogniser opened = turns;
        if (opened == null) {
            opened = shared.ears().engine().turns(language);
            turns = opened;
        }
        return opened;
    }

    /** Google publishes its messages to Maven, but not the server's half of its service: this is all of it that is needed. */
    private static <A extends Message, B extends Message> MethodDescriptor<A, B> method(
            String name, MethodType type, A request, B response) {
        return MethodDescriptor.<A, B>newBuilder()
                .setType(type)
                .setFullMethodName(MethodDescriptor.generateFullMethodName(NAME, name))
                .setRequestMarshaller(ProtoUtils.marshaller(request))
                .setResponseMarshaller(ProtoUtils.marshaller(response))
                .build();
    }

    @Override
    public synchronized void close() {
        if (turns != null) {
            turns.close();
        }
        shared.ears().close();
    }
}
