package io.aicc.operator.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.aicc.crd.WorkerPool;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which of a pool's conditions become events, and how often. */
class PoolWarningsTest {
    private static final Instant NOW = Instant.parse("2026-01-31T12:00:00Z");

    private final List<String> written = new ArrayList<>();
    private final PoolWarnings warnings =
            new PoolWarnings((pool, reason, message, now) -> written.add(reason + ": " + message));

    @Test
    void whatOnlyTakesItsTimeIsNoEvent() {
        warnings.tell(pool("default"), "Filling", "1 on the way", NOW);
        warnings.tell(pool("default"), "WarmBufferFull", "2 of 2 idle workers ready", NOW);

        assertThat(written).isEmpty();
    }

    @Test
    void theSameIsToldOfAPoolOnceInTenMinutesHoweverOftenItComesAndGoes() {
        warnings.tell(pool("default"), "PortsExhausted", "4 leased", NOW);
        warnings.tell(pool("default"), "Filling", "1 on the way", NOW.plusSeconds(2));
        warnings.tell(pool("default"), "PortsExhausted", "3 leased", NOW.plusSeconds(4));
        warnings.tell(pool("default"), "WorkersFail", "no image", NOW.plusSeconds(6));
        warnings.tell(pool("other"), "PortsExhausted", "9 leased", NOW.plusSeconds(8));
        assertThat(written)
                .containsExactly("PortsExhausted: 4 leased", "WorkersFail: no image", "PortsExhausted: 9 leased");

        warnings.tell(pool("default"), "PortsExhausted", "4 leased", NOW.plus(PoolWarnings.PAUSE));
        assertThat(written).hasSize(4);
    }

    @Test
    void anEventThatIsNotTakenHoldsNobodyUp() {
        PoolWarnings unheard = new PoolWarnings((pool, reason, message, now) -> {
            throw new IllegalStateException("forbidden");
        });

        unheard.tell(pool("default"), "PortsExhausted", "4 leased", NOW);
    }

    private static WorkerPool pool(String name) {
        WorkerPool pool = new WorkerPool();
        pool.setMetadata(new ObjectMetaBuilder().withName(name).build());
        return pool;
    }
}
