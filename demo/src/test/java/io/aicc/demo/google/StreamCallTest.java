package io.aicc.demo.google;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.cloud.speech.v2.ExplicitDecodingConfig;
import com.google.cloud.speech.v2.ExplicitDecodingConfig.AudioEncoding;
import com.google.cloud.speech.v2.RecognitionConfig;
import com.google.cloud.speech.v2.StreamingRecognitionConfig;
import com.google.cloud.speech.v2.StreamingRecognizeRequest;
import com.google.cloud.speech.v2.StreamingRecognizeResponse;
import com.google.protobuf.ByteString;
import io.aicc.wire.event.Channel;
import io.aicc.worker.audio.AudioFrame;
import io.aicc.worker.speech.SpeechEngine;
import io.aicc.worker.speech.SpeechListener;
import io.aicc.worker.speech.SpeechListener.Transcript;
import io.aicc.worker.speech.SpeechStream;
import io.grpc.Status;
import io.grpc.Status.Code;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The limits of a stream, by the clock of the test. */
class StreamCallTest {
    private final Client client = new Client();
    private final Ears ears = new Ears(new Deaf());
    private final AtomicInteger over = new AtomicInteger();
    private long nanos;
    private final StreamCall call = new StreamCall(
            client,
            new StreamCall.Service(ears, Limits.GOOGLE, "p", () -> nanos),
            Optional.empty(),
            over::incrementAndGet);

    @Test
    void theFirstMessageSaysWhatIsWanted() {
        call.onNext(audio(160));
        assertThat(client.code()).isEqualTo(Code.INVALID_ARGUMENT);
        assertThat(client.message()).contains("the first message must contain the streaming config");
    }

    @Test
    void nothingButAudioFollows() {
        call.onNext(first("p", "en-US"));
        call.onNext(first("p", "en-US"));
        assertThat(client.code()).isEqualTo(Code.INVALID_ARGUMENT);
    }

    @Test
    void aMessageHoldsFifteenKilobytesAtMost() {
        call.onNext(first("p", "en-US"));
        call.onNext(audio(15 * 1024));
        assertThat(client.failure).isNull();
        nanos += Duration.ofSeconds(4).toNanos();
        call.onNext(audio(15 * 1024 + 1));
        assertThat(client.message()).contains("maximum of 15360 bytes, got 15361");
    }

    @Test
    void anotherProjectIsForbiddenAndAnotherLanguageUnknown() {
        call.onNext(first("other", "en-US"));
        assertThat(client.code()).isEqualTo(Code.PERMISSION_DENIED);
    }

    @Test
    void aLanguageThatNobodySpeaksHereIsRefused() {
        call.onNext(first("p", "ko-KR"));
        assertThat(client.code()).isEqualTo(Code.INVALID_ARGUMENT);
        assertThat(client.message()).contains("ko-KR");
    }

    @Test
    void whoSaysNothingForFiveSecondsIsLeft() {
        call.onNext(first("p", "en-US"));
        nanos += Duration.ofMillis(4_900).toNanos();
        call.look();
        assertThat(client.failure).isNull();
        nanos += Duration.ofMillis(200).toNanos();
        call.look();
        assertThat(client.code()).isEqualTo(Code.ABORTED);
    }

    @Test
    void fiveMinutesAreTheEnd() {
        call.onNext(first("p", "en-US"));
        for (int second = 1; second <= 300; second++) {
            nanos += Duration.ofSeconds(1).toNanos();
            call.onNext(audio(8_000));
            assertThat(client.failure).isNull();
        }
        nanos += Duration.ofSeconds(1).toNanos();
        call.onNext(audio(8_000));
        assertThat(client.code()).isEqualTo(Code.OUT_OF_RANGE);
        assertThat(client.message()).isEqualTo("Exceeded maximum allowed stream duration of 300 seconds.");
    }

    @Test
    void audioMuchFasterThanItIsSpokenIsRefused() {
        call.onNext(first("p", "en-US"));
        call.onNext(audio(8_000));
        call.onNext(audio(8_000));
        call.onNext(audio(8_000));
        assertThat(client.failure).as("a little ahead").isNull();
        call.onNext(audio(8_000));
        assertThat(client.code()).isEqualTo(Code.RESOURCE_EXHAUSTED);
    }

    @Test
    void theEndOfTheAudioIsTheEndOfTheCall() {
        call.onNext(first("p", "en-US"));
        call.onNext(audio(160));
        call.onCompleted();
        assertThat(client.completed).isTrue();
    }

    @Test
    void aCallThatIsBrokenOffAndThenCancelledIsOverOnce() throws Exception {
        call.onNext(first("p", "en-US"));
        call.onNext(audio(15 * 1024 + 1));
        assertThat(client.code()).isEqualTo(Code.INVALID_ARGUMENT);

        call.onError(Status.CANCELLED.asException());

        assertThat(over).hasValue(1);
        assertThat(ears.lend("en-US", call)).as("the next two calls").isNotSameAs(ears.lend("en-US", call));
    }

    private static StreamingRecognizeRequest first(String project, String language) {
        return StreamingRecognizeRequest.newBuilder()
                .setRecognizer("projects/" + project + "/locations/global/recognizers/_")
                .setStreamingConfig(StreamingRecognitionConfig.newBuilder()
                        .setConfig(RecognitionConfig.newBuilder()
                                .setModel("telephony")
                                .addLanguageCodes(language)
                                .setExplicitDecodingConfig(ExplicitDecodingConfig.newBuilder()
                                        .setEncoding(AudioEncoding.MULAW)
                                        .setSampleRateHertz(8_000)
                                        .setAudioChannelCount(1))))
                .build();
    }

    private static StreamingRecognizeRequest audio(int bytes) {
        return StreamingRecognizeRequest.newBuilder()
                .setAudio(ByteString.copyFrom(new byte[bytes]))
                .build();
    }

    private static final class Client implements StreamObserver<StreamingRecognizeResponse> {
        private @Nullable Throwable failure;
        private boolean completed;

        Code code() {
            return Status.fromThrowable(failure).getCode();
        }

        String message() {
            return String.valueOf(Status.fromThrowable(failure).getDescription());
        }

        @Override
        public void onNext(StreamingRecognizeResponse response) {}

        @Override
        public void onError(Throwable error) {
            failure = error;
        }

        @Override
        public void onCompleted() {
            completed = true;
        }
    }

    /** Hears nothing. */
    private static final class Deaf implements SpeechEngine {
        @Override
        public String name() {
            return "deaf";
        }

        @Override
        public String model() {
            return "none";
        }

        @Override
        public SpeechStream open(Channel channel, String language, SpeechListener listener) {
            return new SpeechStream() {
                @Override
                public void begin(String utteranceId, long startMs) {}

                @Override
                public void audio(AudioFrame frame) {}

                @Override
                public void end(long endMs) {
                    listener.finalResult("u", new Transcript("", List.of(), null));
                }

                @Override
                public void close() {}
            };
        }

        @Override
        public void close() {}
    }
}
