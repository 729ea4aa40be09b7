package io.aicc.worker.speech.google;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.api.gax.grpc.GrpcStatusCode;
import com.google.api.gax.rpc.ApiException;
import com.google.api.gax.rpc.ApiExceptionFactory;
import com.google.api.gax.rpc.StatusCode;
import io.aicc.worker.speech.remote.Failure;
import io.aicc.worker.speech.remote.Failure.Kind;
import io.grpc.Status;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

class GoogleFailuresTest {
    @ParameterizedTest
    @EnumSource(
            value = Status.Code.class,
            mode = Mode.EXCLUDE,
            names = {"OK"})
    void everyStatusIsTreatedAsItDeserves(Status.Code code) {
        Kind expected =
                switch (code) {
                    case OUT_OF_RANGE, ABORTED -> Kind.LIMIT;
                    case RESOURCE_EXHAUSTED -> Kind.QUOTA;
                    case UNAVAILABLE, INTERNAL, DEADLINE_EXCEEDED, CANCELLED, UNKNOWN, DATA_LOSS, ALREADY_EXISTS ->
                        Kind.TRANSPORT;
                    default -> Kind.CONFIGURATION;
                };

        Failure failure = GoogleFailures.of(said(code.toStatus().withDescription("for a reason")));

        assertThat(failure.kind()).isEqualTo(expected);
        assertThat(failure.message()).isEqualTo("Google Speech: " + code + ": for a reason");
    }

    @ParameterizedTest
    @EnumSource(
            value = StatusCode.Code.class,
            mode = Mode.INCLUDE,
            names = {"INVALID_ARGUMENT", "PERMISSION_DENIED", "NOT_FOUND", "UNAUTHENTICATED", "OUT_OF_RANGE"})
    void aWholeTurnThatWasRefusedIsNotTriedAgain(StatusCode.Code code) {
        assertThat(GoogleFailures.PASSING).doesNotContain(code);
    }

    @Test
    void whatIsNoAnswerOfGooglesIsTheWayToIt() {
        assertThat(GoogleFailures.of(new IOException("reset")).kind()).isEqualTo(Kind.TRANSPORT);
    }

    private static ApiException said(Status status) {
        return ApiExceptionFactory.createException(
                status.asRuntimeException(), GrpcStatusCode.of(status.getCode()), false);
    }
}
