package io.aicc.operator.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.aicc.wire.control.WorkerReport.State;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Workers that were told of their call and have not answered two seconds later, and who is told again. */
class RetryPolicyTest extends PoolRig {
    private static final Duration TIMEOUT = Duration.ofSeconds(2);

    private List<Worker> workers = List.of();

    @BeforeEach
    void fill() {
        resource(9, 9, 9, "20000", "20099");
        workers = startAll();
        now = now.plusSeconds(1);
    }

    @Test
    void aWorkerThatIsSilentIsToldTwice() {
        assertThat(toldAgain(workers.get(0))).isTrue();
        assertThat(toldAgain(workers.get(0))).isFalse();
    }

    @Test
    void aWorkerThatLivesIsToldForTenSeconds() {
        for (int tries = 1; tries < 5; tries++) {
            assertThat(toldAgainThoughItSpeaks(workers.get(0)))
                    .as("after %d s", 2 * tries)
                    .isTrue();
        }
        assertThat(toldAgainThoughItSpeaks(workers.get(0))).isFalse();
    }

    @Test
    void aWorkerThatFallsSilentMeanwhileIsGivenUpThen() {
        assertThat(toldAgainThoughItSpeaks(workers.get(0))).isTrue();
        assertThat(toldAgainThoughItSpeaks(workers.get(0))).isTrue();
        heard = false;
        assertThat(toldAgain(workers.get(0))).isFalse();
    }

    @Test
    void aWorkerThatIsLeavingIsGivenUpAtOnce() {
        var unused = pool.podState(workers.get(0), true, true);

        assertThat(toldAgainThoughItSpeaks(workers.get(0))).isFalse();
    }

    @Test
    void anAnswerEndsTheCount() {
        assertThat(toldAgain(workers.get(0))).isTrue();
        pool.answered(workers.get(0));
        assertThat(toldAgain(workers.get(0))).isTrue();
    }

    @Test
    void whereNobodyAnswersThreeAreGivenUpAndThenOneASecond() {
        Instant told = now;
        now = now.plus(TIMEOUT);
        workers.forEach(worker -> assertThat(pool.askAgain(worker, told)).isTrue());

        assertThat(givenUp(told)).isEqualTo(3);
        assertThat(givenUp(told)).isZero();
        now = now.plusMillis(999);
        assertThat(givenUp(told)).isZero();
        now = now.plusMillis(1);
        assertThat(givenUp(told)).isEqualTo(1);
        pool.answered(workers.getLast());
        assertThat(givenUp(told))
                .as("somebody answers: it is they who are lost")
                .isEqualTo(3);
    }

    private long givenUp(Instant told) {
        return workers.stream().filter(worker -> !pool.askAgain(worker, told)).count();
    }

    private boolean toldAgain(Worker worker) {
        Instant told = now;
        now = now.plus(TIMEOUT);
        return pool.askAgain(worker, told);
    }

    private boolean toldAgainThoughItSpeaks(Worker worker) {
        Instant told = now;
        now = now.plus(TIMEOUT);
        var unused = pool.reported(worker, report(State.IDLE, null));
        return pool.askAgain(worker, told);
    }
}
