package io.aicc.worker.speech;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.aicc.crd.Codec;
import io.aicc.runtime.Tasks;
import io.aicc.testing.LogLines;
import io.aicc.worker.speech.SpeechListener.Transcript;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TurnPoolTest {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final EncodedAudio TURN = new EncodedAudio(Codec.ULAW, 8_000);

    private final Gate gate = new Gate();
    private final Tasks tasks = new Tasks(Duration.ZERO);
    private final TurnPool pool = new TurnPool(gate, tasks, Duration.ofMillis(50));

    @AfterEach
    void close() {
        gate.let(10_000);
        pool.close();
    }

    @Test
    void twoThreadsAreEnoughWhileFewTurnsWait() {
        submit(TurnPool.FEWEST + TurnPool.CALM);

        assertThat(pool.size()).hasValue(TurnPool.FEWEST);
    }

    @Test
    void moreThanTenWaitingTurnsAddThreadsUpToTen() {
        submit(TurnPool.FEWEST + TurnPool.CALM + 1);
        assertThat(pool.size()).hasValue(TurnPool.FEWEST + 1);

        submit(50);
        assertThat(pool.size()).hasValue(TurnPool.MOST);
    }

    @Test
    void threadsThatHaveNothingToDoEndAndTwoStay() {
        submit(40);
        gate.let(40);

        await().until(() -> pool.size().orElse(0) == TurnPool.FEWEST);
    }

    @Test
    void everyTurnIsRecognisedHoweverManyWait() {
        List<CompletableFuture<Transcript>> turns = submit(TurnPool.MOST + TurnPool.MOST_WAITING);
        gate.let(turns.size());

        assertThat(turns).allSatisfy(turn -> assertThat(turn).succeedsWithin(Duration.ofSeconds(10)));
    }

    @Test
    void whatIsTooMuchIsLostAtOnceAndSaysSo() {
        submit(TurnPool.MOST + TurnPool.MOST_WAITING);

        assertThatThrownBy(() -> pool.submit(TURN).join())
                .hasRootCauseInstanceOf(SpeechException.class)
                .hasMessageContaining("200 turns wait already");
    }

    @Test
    void aTurnThatFailsHarmsNoOther() {
        gate.failNext = true;
        CompletableFuture<Transcript> failed = pool.submit(TURN);
        gate.let(1);
        assertThat(failed).failsWithin(Duration.ofSeconds(5));

        CompletableFuture<Transcript> next = pool.submit(TURN);
        gate.let(1);
        assertThat(next).succeedsWithin(Duration.ofSeconds(5));
    }

    @Test
    void aDefectLosesTheTurnAndIsCounted() {
        gate.brokenNext = true;
        CompletableFuture<Transcript> lost = pool.submit(TURN);
        gate.let(1);

        assertThat(lost)
                .failsWithin(LONG)
                .withThrowableOfType(ExecutionException.class)
                .withMessageContaining("a defect of this program");
        assertThat(tasks.failures()).isEqualTo(1);
        CompletableFuture<Transcript> next = pool.submit(TURN);
        gate.let(1);
        assertThat(next).succeedsWithin(LONG);
    }

    @Test
    void closingGivesUpWhatIsLeftAndSaysSo() {
        LogLines lines = LogLines.of(TurnPool.class).open();
        List<CompletableFuture<Transcript>> turns = submit(TurnPool.FEWEST + 1);

        pool.close();

        lines.close();
        assertThat(turns).allSatisfy(turn -> assertThat(turn).isCompletedExceptionally());
        assertThat(lines.list()).singleElement().satisfies(line -> {
            assertThat(line.getMessage()).startsWith("turns cancelled");
            assertThat(line.getKeyValuePairs()).extracting(String::valueOf).containsExactly("turns=\"3\"");
        });
    }

    @Test
    void aThreadMayBeIdleForHalfAMinute() {
        assertThat(TurnPool.IDLE).isEqualTo(Duration.ofSeconds(30));
    }

    private List<CompletableFuture<Transcript>> submit(int count) {
        List<CompletableFuture<Transcript>> turns = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            turns.add(pool.submit(TURN));
        }
        return turns;
    }

    /** Recognises as many turns as it is let. */
    private static final class Gate implements TurnRecogniser {
        private final Semaphore semaphore = new Semaphore(0);
        private volatile boolean failNext;
        private volatile boolean brokenNext;

        void let(int turns) {
            semaphore.release(turns);
        }

        @Override
        public Transcript recognise(EncodedAudio turn) throws SpeechException, InterruptedException {
            semaphore.acquire();
            if (failNext) {
                failNext = false;
                throw new SpeechException("as planned");
            }
            if (brokenNext) {
                brokenNext = false;
                throw new AssertionError("as planned");
            }
            return new Transcript("heard", List.of(), null);
        }

        @Override
        public void close() {}
    }
}
