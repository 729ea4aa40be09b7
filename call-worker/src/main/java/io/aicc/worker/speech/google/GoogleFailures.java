package io.aicc.worker.speech.google;

import com.google.api.gax.rpc.ApiException;
import com.google.api.gax.rpc.StatusCode.Code;
import io.aicc.worker.speech.remote.Failure;
import io.aicc.worker.speech.remote.Failure.Kind;
import java.util.Set;

/**
 * What Google's errors mean.
 *
 * <table>
 * <caption>gRPC status codes</caption>
 * <tr><td>OUT_OF_RANGE<td>the stream lasted five minutes, or heard nothing for too long
 * <tr><td>ABORTED<td>the stream heard nothing for five to six seconds
 * <tr><td>RESOURCE_EXHAUSTED<td>quota, or audio much faster than it is spoken
 * <tr><td>INVALID_ARGUMENT, PERMISSION_DENIED, …<td>wrong settings, missing rights
 * <tr><td>UNAVAILABLE, INTERNAL, CANCELLED, …<td>the service, or the way to it
 * </table>
 */
final class GoogleFailures {
    /** What trying again may mend, for whole turns: nothing is half done there. */
    static final Set<Code> PASSING = Set.of(
            Code.UNAVAILABLE,
            Code.INTERNAL,
            Code.DEADLINE_EXCEEDED,
            Code.CANCELLED,
            Code.ABORTED,
            Code.UNKNOWN,
            Code.RESOURCE_EXHAUSTED);

    private GoogleFailures() {}

    static Failure of(Throwable failure) {
        if (!(failure instanceof ApiException known)) {
            return new Failure(Kind.TRANSPORT, String.valueOf(failure));
        }
        Code code = known.getStatusCode().getCode();
        return new Failure(kind(code), "Google Speech: " + code + ": " + reason(known));
    }

    private static Kind kind(Code code) {
        return switch (code) {
            case OUT_OF_RANGE, ABORTED -> Kind.LIMIT;
            case RESOURCE_EXHAUSTED -> Kind.QUOTA;
            case INVALID_ARGUMENT, PERMISSION_DENIED, NOT_FOUND, UNAUTHENTICATED, FAILED_PRECONDITION, UNIMPLEMENTED ->
                Kind.CONFIGURATION;
            case OK, UNAVAILABLE, INTERNAL, DEADLINE_EXCEEDED, CANCELLED, UNKNOWN, DATA_LOSS, ALREADY_EXISTS ->
                Kind.TRANSPORT;
        };
    }

    /** The service's own words; gax puts the status in front of them once more. */
    private static String reason(ApiException failure) {
        Throwable cause = failure.getCause();
        String message = String.valueOf(cause == null ? failure.getMessage() : cause.getMessage());
        return message.replaceFirst("^[A-Z_]+: ", "");
    }
}
