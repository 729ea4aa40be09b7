package io.aicc.operator.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.aicc.operator.kube.KubeWrites;
import io.aicc.operator.pool.WarmPools;
import io.aicc.operator.session.CallSessionReconciler.Home;
import io.aicc.testing.LogLines;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.InstantSource;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** An operator that leads no more: that its archive is not written, nobody has to be told. */
class DeposedRecordsTest {
    @RegisterExtension
    final LogLines lines = LogLines.of(EndedRecords.class);

    @Test
    void nothingIsSaidOfAnArchiveThatIsTheNextLeaders() {
        SimpleMeterRegistry metrics = new SimpleMeterRegistry();
        InstantSource clock = InstantSource.system();
        try (TinyApi api = new TinyApi();
                KubeWrites writes = new KubeWrites(api.client(), metrics, clock, () -> false);
                WarmPools pools = new WarmPools(api.client(), "calls", clock, RandomGenerator.getDefault(), metrics)) {
            EndedRecords records =
                    new EndedRecords(writes, pools, new Home("calls", "aicc-operator"), clock, uid -> false);
            records.lead(1, record -> {});
            records.sweep();

            assertThat(records.totals()).isEmpty();
        }
        assertThat(lines.list())
                .filteredOn(line ->
                        line.getThreadName().equals(Thread.currentThread().getName()))
                .isEmpty();
    }
}
