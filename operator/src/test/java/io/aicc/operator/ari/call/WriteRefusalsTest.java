package io.aicc.operator.ari.call;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.KubernetesClientException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.InterruptedIOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WriteRefusalsTest {
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final WriteRefusals refusals = new WriteRefusals(registry);

    @ParameterizedTest
    @CsvSource({
        "401, forbidden",
        "403, forbidden",
        "404, missing",
        "429, busy",
        "500, failed",
        "503, failed",
        "504, failed"
    })
    void whatIsRefusedWhoeverCallsIsCountedByReasonAndStandsUntilOneIsAccepted(int status, String reason) {
        refusals.refused("create", new KubernetesClientException("no", status, null));
        assertThat(counted(reason)).isEqualTo(1);
        assertThat(refusals.standing()).contains("create " + reason);

        refusals.accepted("patch");
        assertThat(refusals.standing()).as("another right").contains("create " + reason);

        refusals.accepted("create");
        assertThat(refusals.standing()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"400", "413", "422"})
    void whatIsWrongWithOneCallSaysNothingOfTheNext(int status) {
        refusals.refused("create", new KubernetesClientException("no", status, null));
        assertThat(counted("invalid")).isEqualTo(1);
        assertThat(refusals.standing()).isEmpty();
    }

    @Test
    void whenNothingOfACallIsInItAndItIsWrongAllTheSameNoCallIsServed() {
        refusals.refusedWhatever("create");
        assertThat(refusals.standing()).contains("create invalid");
    }

    @Test
    void noAnswerIsAReasonToo() {
        refusals.refused("create", new KubernetesClientException("gone", new IOException("refused")));
        assertThat(counted("unanswered")).isEqualTo(1);
        assertThat(refusals.standing()).contains("create unanswered");
    }

    @Test
    void whatWeGaveUpOurselvesNobodyRefused() {
        Thread.currentThread().interrupt();
        try {
            refusals.refused(
                    "patch", new KubernetesClientException("given up", new InterruptedIOException("given up")));
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
        assertThat(counted("unanswered")).isZero();
        assertThat(refusals.standing()).isEmpty();
    }

    @Test
    void thereAreAsManySeriesAsReasonsFromTheStart() {
        int before = registry.getMeters().size();
        for (int status = 0; status < 1_000; status++) {
            refusals.refused("create", new KubernetesClientException("no", status, null));
        }
        assertThat(registry.getMeters()).hasSize(before).hasSize(WriteRefusals.Reason.values().length);
    }

    private double counted(String reason) {
        return registry.get("aicc_pbx_session_failures")
                .tag("reason", reason)
                .counter()
                .count();
    }
}
