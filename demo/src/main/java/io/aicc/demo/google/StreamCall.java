package io.aicc.demo.google;

import com.google.cloud.speech.v2.SpeechRecognitionAlternative;
import com.google.cloud.speech.v2.StreamingRecognitionResult;
import com.google.cloud.speech.v2.StreamingRecognizeRequest;
import com.google.cloud.speech.v2.StreamingRecognizeResponse;
import com.google.protobuf.util.Durations;
import io.aicc.demo.google.Faults.Planned;
import io.aicc.worker.audio.AudioFrame;
import io.aicc.worker.speech.EncodedAudio;
import io.aicc.worker.speech.SpeechException;
import io.aicc.worker.speech.SpeechListener;
import io.aicc.worker.turn.TurnDetector;
import io.aicc.worker.turn.TurnListener;
import io.aicc.worker.turn.TurnSettings;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.stub.StreamObserver;
import java.util.Objects;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One {@code StreamingRecognize} call. Everything that is sent is listened to; a pause settles what was said before it, the
 * end of the audio the rest. Guarded by its monitor: messages come from gRPC, {@link #look} from a timer.
 */
final class StreamCall implements StreamObserver<StreamingRecognizeRequest>, SpeechListener, TurnListener {
    private final StreamObserver<StreamingRecognizeResponse> client;
    private final Ears ears;
    private final Limits limits;
    private final String project;
    private final Optional<Planned> fault;
    private final LongSupplier nanoClock;
    private final Runnable over;
    private final TurnDetector turns = new TurnDetector(TurnSettings.DEFAULT, this);
    private final long beganNanos;
    private long messageNanos;
    private @Nullable Asked asked;
    private @Nullable EncodedAudio audio;
    private Ears.@Nullable Ear ear;
    private boolean interims;
    private boolean listening;
    private boolean pause;
    private boolean ended;
    private long heardMs;

    StreamCall(
            StreamObserver<StreamingRecognizeResponse> client,
            Service service,
            Optional<Planned> fault,
            Runnable over) {
        this.client = client;
        this.ears = service.ears();
        this.limits = service.limits();
        this.project = service.project();
        this.nanoClock = service.nanoClock();
        this.fault = fault;
        this.over = over;
        beganNanos = nanoClock.getAsLong();
        messageNanos = beganNanos;
    }

    /**
     * What calls share.
     *
     * @param project whose credentials are accepted
     */
    record Service(Ears ears, Limits limits, String project, LongSupplier nanoClock) {}

    @Override
    public synchronized void onNext(StreamingRecognizeRequest message) {
        if (ended) {
            return;
        }
        messageNanos = nanoClock.getAsLong();
        try {
            if (asked == null) {
                begin(message);
            } else {
                hear(asked, message);
            }
            look();
            breakAfter(heardMs);
        } catch (StatusException | SpeechException | RuntimeException e) {
            fail(Asked.status(e));
        }
    }

    private void begin(StreamingRecognizeRequest first) throws StatusException, SpeechException {
        if (!first.hasStreamingConfig()) {
            throw Asked.invalid("Malformed request: the first message must contain the streaming config.");
        }
        Asked checked =
                Asked.of(first.getRecognizer(), first.getStreamingConfig().getConfig(), project);
        interims = first.getStreamingConfig().getStreamingFeatures().getInterimResults();
        audio = new EncodedAudio(checked.codec(), checked.sampleRateHz());
        ear = ears.lend(checked.language(), this);
        asked = checked;
    }

    private void hear(Asked checked, StreamingRecognizeRequest message) throws StatusException {
        if (message.hasStreamingConfig() || !message.hasAudio()) {
            throw Asked.invalid("Malformed request: every message but the first must contain audio, and nothing else.");
        }
        byte[] content = checked.asInRtp(message.getAudio().toByteArray());
        if (content.length > limits.message()) {
            throw Asked.invalid(
                    "Request audio can be a maximum of %d bytes, got %d.".formatted(limits.message(), content.length));
        }
        EncodedAudio all = Objects.requireNonNull(audio);
        all.append(content, 0, content.length);
        double elapsedMs = (messageNanos - beganNanos) / 1e6;
        if (all.end() / all.bytesPerMs() > limits.ahead().toMillis() + Limits.PACE * elapsedMs) {
            throw Fault.TOO_FAST.status().asException();
        }
        all.decodeTo(this::listen);
        all.forgetBefore(all.end());
    }

    /** The detector only tells pauses: what it takes for noise is listened to as well. */
    private void listen(AudioFrame frame) {
        if (!listening) {
            listening = true;
            ear().stream().begin("u", heardMs);
        }
        ear().stream().audio(frame);
        heardMs = frame.endMs();
        turns.frame(frame);
        if (pause) {
            pause = false;
            settle();
        }
    }

    private void settle() {
        if (listening) {
            listening = false;
            ear().stream().end(heardMs);
        }
    }

    private Ears.Ear ear() {
        return Objects.requireNonNull(ear, "the first message has come");
    }

    /** Breaks off when time is up. */
    synchronized void look() {
        if (ended) {
            return;
        }
        long now = nanoClock.getAsLong();
        if (now - beganNanos > limits.stream().toNanos()) {
            fail(Fault.TOO_LONG.status(limits.stream().toSeconds()));
        } else if (now - messageNanos > limits.idle().toNanos()) {
            fail(Fault.IDLE.status());
        }
    }

    private void breakAfter(long ms) {
        if (fault.isPresent() && ms >= fault.get().afterMs()) {
            fail(fault.get().fault().status());
        }
    }

    private void fail(Status status) {
        if (!ended) {
            finish();
            client.onError(status.asException());
        }
    }

    @Override
    public synchronized void onCompleted() {
        if (ended) {
            return;
        }
        breakAfter(Planned.AT_THE_END);
        if (!ended) {
            settle();
            finish();
            client.onCompleted();
        }
    }

    @Override
    public synchronized void onError(Throwable cancelled) {
        finish();
    }

    /** Leaves the recogniser as the next call wants it. What it says now nobody hears. */
    private void finish() {
        if (ended) {
            return; // Broken off, and then the client hung up as well.
        }
        ended = true;
        over.run();
        if (ear != null) {
            settle();
            ears.giveBack(ear);
        }
    }

    @Override
    public void interimResult(String utteranceId, String text, long endMs) {
        if (interims && !ended) {
            client.onNext(response(SpeechRecognitionAlternative.newBuilder().setTranscript(text), endMs, false));
        }
    }

    @Override
    public void finalResult(String utteranceId, Transcript transcript) {
        if (ended || transcript.text().isEmpty()) {
            return;
        }
        SpeechRecognitionAlternative.Builder words = Alternatives.of(transcript);
        client.onNext(response(words, heardMs, true));
    }

    @Override
    public void failed(String utteranceId, SpeechException cause) {
        fail(Asked.status(cause));
    }

    private static StreamingRecognizeResponse response(
            SpeechRecognitionAlternative.Builder words, long untilMs, boolean last) {
        return StreamingRecognizeResponse.newBuilder()
                .addResults(StreamingRecognitionResult.newBuilder()
                        .addAlternatives(words)
                        .setIsFinal(last)
                        .setResultEndOffset(Durations.fromMillis(untilMs)))
                .build();
    }

    @Override
    public void began(long startMs) {}

    @Override
    public void audio(AudioFrame frame) {}

    @Override
    public void ended(long endMs) {
        pause = true;
    }
}
