package io.aicc.operator.session;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.aicc.operator.kube.KubeWrites;
import io.aicc.operator.pool.WarmPools;
import io.aicc.operator.session.CallSessionReconciler.Home;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Operators, one after the other or several at once, before the records of a small API server; the clock is the test's. */
final class EndedRecordsRig implements AfterEachCallback {
    static final Instant END = Instant.parse("2026-01-31T12:00:00Z");

    final TinyApi api = new TinyApi();
    Instant now = END.plusSeconds(60);
    long epoch;

    @Override
    public void afterEach(ExtensionContext test) {
        api.close();
    }

    /** Puts records of these names there, of calls that were over at {@link #END}; they are kept for an hour. */
    void ended(String... names) {
        for (String name : names) {
            api.put(session(name));
        }
    }

    static ObjectNode session(String name) {
        try {
            return (ObjectNode) JsonMapper.builder().build().readTree("""
                            {"apiVersion": "aicc.io/v1alpha1", "kind": "CallSession",
                             "metadata": {"name": "%1$s", "namespace": "calls", "uid": "uid-of-%1$s"},
                             "spec": {"callId": "pbx-%1$s", "poolRef": "gone"},
                             "status": {"phase": "Ended", "times": {"ended": "2026-01-31T12:00:00.000000Z"},
                               "summary": {"durationMs": 4000, "customerPackets": 100, "agentPackets": 90,
                                 "undelivered": 1, "packetsDropped": {"late": 2}}}}
                            """.formatted(name));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The next operator, which leads. */
    EndedRecords lead() {
        return lead(new SimpleMeterRegistry());
    }

    EndedRecords lead(SimpleMeterRegistry meters) {
        EndedRecords records = records(meters);
        records.lead(++epoch, record -> {});
        return records;
    }

    /** The same, but that it does not lead yet. */
    EndedRecords records(SimpleMeterRegistry meters) {
        WarmPools pools = new WarmPools(
                api.client(), "calls", () -> now, RandomGenerator.getDefault(), new SimpleMeterRegistry());
        return new EndedRecords(
                new KubeWrites(api.client(), meters, InstantSource.system(), () -> true),
                pools,
                new Home("calls", "aicc-operator"),
                () -> now,
                uid -> false);
    }

    static void assertCalls(EndedRecords records, long calls) {
        assertThat(records.totals().orElseThrow().get(Totals.CALLS + "ended")).isEqualTo(calls);
    }
}
