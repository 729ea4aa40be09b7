package io.aicc.demo.google;

import io.grpc.Status;
import java.util.Arrays;
import java.util.Locale;

/** An error of the service, as it says it. */
public enum Fault {
    TOO_LONG(Status.OUT_OF_RANGE, "Exceeded maximum allowed stream duration of %d seconds."),
    NO_AUDIO(
            Status.OUT_OF_RANGE,
            "Audio Timeout Error: Long duration elapsed without audio. Audio should be sent close to real time."),
    IDLE(Status.ABORTED, "Stream timed out after receiving no more client requests."),
    TOO_FAST(
            Status.RESOURCE_EXHAUSTED,
            "Audio data is being streamed too fast. Please stream audio data approximately at real time."),
    QUOTA(Status.RESOURCE_EXHAUSTED, "Quota exceeded for quota metric 'Streaming recognition requests'."),
    UNAVAILABLE(Status.UNAVAILABLE, "The service is currently unavailable."),
    INTERNAL(Status.INTERNAL, "Internal error encountered."),
    DEADLINE(Status.DEADLINE_EXCEEDED, "Deadline exceeded."),
    CANCELLED(Status.CANCELLED, "The operation was cancelled."),
    INVALID(Status.INVALID_ARGUMENT, "%s"),
    FORBIDDEN(Status.PERMISSION_DENIED, "Permission 'speech.recognizers.recognize' denied on resource."),
    NOT_FOUND(Status.NOT_FOUND, "Unable to find Recognizer."),
    NO_TOKEN(Status.UNAUTHENTICATED, "Request had invalid authentication credentials.");

    private final Status status;
    private final String message;

    Fault(Status status, String message) {
        this.status = status;
        this.message = message;
    }

    /** As one says them on a command line. */
    public static String[] names() {
        return Arrays.stream(values())
                .map(fault -> fault.name().toLowerCase(Locale.ROOT).replace('_', '-'))
                .toArray(String[]::new);
    }

    /** What the client gets. */
    Status status(Object... details) {
        return status.withDescription(
                details.length == 0 && message.contains("%") ? name() : message.formatted(details));
    }
}
