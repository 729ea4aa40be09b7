package io.aicc.worker.speech;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.aicc.crd.Codec;
import io.aicc.runtime.Tasks;
import io.aicc.wire.event.EventBody.Word;
import io.aicc.worker.audio.AudioFrame;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BatchStreamTest {
    private static final int FRAME_MS = 20;
    private static final Duration LONG = Duration.ofSeconds(20);

    private final Measuring recogniser = new Measuring();
    private final TurnPool pool = new TurnPool(recogniser, new Tasks(Duration.ZERO));
    private final Heard heard = new Heard();
    private final BatchStream stream = new BatchStream(pool, heard);

    @AfterEach
    void close() {
        stream.close();
        pool.close();
    }

    @Test
    void aTurnIsRecognisedAsAWholeAfterItHasEnded() {
        say("u1", 3_000, 4_000, 0);
        stream.close();

        assertThat(heard.finals).containsExactly("u1: 4000");
        assertThat(heard.words).extracting(Word::startMs).containsExactly(3_000L);
    }

    @Test
    void aTurnThatIsTooLongIsCutInAPauseAndStaysOneUtterance() {
        say("u1", 0, 100_000, 47_000);
        stream.close();

        assertThat(recogniser.lengths).containsExactlyInAnyOrder(47_160, 52_840);
        assertThat(heard.finals).containsExactly("u1: 47160 52840");
        assertThat(heard.words).extracting(Word::startMs).containsExactly(0L, 47_160L);
    }

    @Test
    void aTurnWithoutAPauseIsCutBelowTheLimitAndLosesNothing() {
        say("u1", 0, 120_000, 0);
        stream.close();

        assertThat(recogniser.lengths).allMatch(ms -> ms <= TurnRecogniser.LONGEST_MS);
        assertThat(recogniser.lengths.stream().mapToInt(ms -> ms).sum()).isEqualTo(120_000);
    }

    @Test
    void aPartThatIsLostLosesTheUtteranceAndNoOther() {
        recogniser.failing = true;
        say("u1", 0, 1_000, 0);
        stream.close();
        assertThat(heard.failures).containsExactly("u1: as planned");
        assertThat(heard.finals).isEmpty();
    }

    @Test
    void whatDoesNotComeInTimeIsGivenUpAndToldAndNobodyWaitsForIt() {
        recogniser.stuck = true;
        say("u1", 0, 1_000, 0);

        stream.giveUp();
        assertThat(heard.failures).containsExactly("u1: an utterance is lost: its words do not come in time");
        stream.close();
        assertThat(heard.failures).hasSize(1);
    }

    @Test
    void whatIsGivenUpBeforeItsTurnIsNotRecognised() {
        recogniser.stuck = true;
        for (int i = 0; i <= TurnPool.FEWEST; i++) {
            say("u" + i, 0, 1_000, 0);
        }
        await().until(() -> recogniser.asked.get() == TurnPool.FEWEST);

        stream.giveUp();
        recogniser.goOn.release(TurnPool.FEWEST + 1);
        recogniser.stuck = false;
        say("next", 0, 2_000, 0);
        stream.close();

        assertThat(heard.finals).containsExactly("next: 2000");
        // Those that were given up while they were recognised end when they like.
        await().untilAsserted(() -> assertThat(recogniser.lengths).containsExactlyInAnyOrder(1_000, 1_000, 2_000));
    }

    @Test
    void whoIsInterruptedWhileClosingDoesNotWait() throws Exception {
        recogniser.stuck = true;
        say("u1", 0, 1_000, 0);
        Thread closing = Thread.ofPlatform().daemon().start(stream::close);
        closing.interrupt();

        assertThat(closing.join(LONG)).isTrue();
        assertThat(heard.failures).hasSize(1);
    }

    @Test
    void noAudioNoWords() {
        stream.begin("u1", 0);
        stream.end(0);
        stream.close();

        assertThat(heard.finals).containsExactly("u1: ");
    }

    /** Speaks at one loudness, but for a pause of 200 ms. */
    private void say(String id, long startMs, int lengthMs, int pauseAtMs) {
        stream.begin(id, startMs);
        AudioFrame frame = new AudioFrame(Codec.ULAW);
        for (int ms = 0; ms < lengthMs; ms += FRAME_MS) {
            boolean pause = pauseAtMs > 0 && ms >= pauseAtMs && ms < pauseAtMs + 200;
            // A constant tone is as quiet as the quietest: only what changes is speech.
            short loud = (short) (ms / FRAME_MS % 2 == 0 ? 1_000 : 9_000);
            Arrays.fill(frame.samples(), 0, 160, pause ? 0 : loud);
            frame.filled(8 * (startMs + ms), 160, 160);
            stream.audio(frame);
        }
        stream.end(startMs + lengthMs);
    }

    /** Says how long each turn was. */
    private static final class Measuring implements TurnRecogniser {
        private final List<Integer> lengths = new CopyOnWriteArrayList<>();
        private final AtomicInteger asked = new AtomicInteger();
        private final Semaphore goOn = new Semaphore(0);
        private volatile boolean failing;
        private volatile boolean stuck;

        @Override
        public SpeechListener.Transcript recognise(EncodedAudio turn) throws SpeechException, InterruptedException {
            asked.incrementAndGet();
            if (stuck) {
                goOn.acquire();
            }
            if (failing) {
                throw new SpeechException("as planned");
            }
            lengths.add(turn.keptMs());
            String text = String.valueOf(turn.keptMs());
            return new SpeechListener.Transcript(text, List.of(new Word(text, 0, turn.keptMs(), null)), null);
        }

        @Override
        public void close() {}
    }

    private static final class Heard implements SpeechListener {
        private final List<String> finals = new CopyOnWriteArrayList<>();
        private final List<String> failures = new CopyOnWriteArrayList<>();
        private List<Word> words = List.of();

        @Override
        public void interimResult(String utteranceId, String text, long endMs) {}

        @Override
        public void finalResult(String utteranceId, Transcript transcript) {
            finals.add(utteranceId + ": " + transcript.text());
            words = transcript.words();
        }

        @Override
        public void failed(String utteranceId, SpeechException cause) {
            failures.add(utteranceId + ": " + cause.getMessage());
        }
    }
}
