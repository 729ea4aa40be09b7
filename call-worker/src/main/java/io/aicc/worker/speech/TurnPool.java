package io.aicc.worker.speech;

import io.aicc.worker.speech.SpeechListener.Transcript;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Recognises whole turns beside the audio: by {@value #FEWEST} threads as long as few turns wait, by up to {@value #MOST} when
 * more than {@value #CALM} do; a thread above the fewest ends when it had nothing to do for a while. Turns that wait are
 * bounded too. Thread-safe.
 *
 * @implNote The JDK's pool does exactly that around a queue that takes {@value #CALM}: it queues first and adds a thread for what
 *     the queue refuses. With {@value #MOST} at work, {@link Waiting} takes more.
 */
public final class TurnPool implements AutoCloseable {
    static final int FEWEST = 2;
    static final int MOST = 10;
    static final int CALM = 10;

    /** Both speakers saying half a minute again and again would fill this in an hour without one answer. */
    static final int MOST_WAITING = 200;

    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);

    private final TurnRecogniser recogniser;
    private final ThreadPoolExecutor threads;

    /** A pool whose threads end after 30 s without a turn. */
    public TurnPool(TurnRecogniser recogniser) {
        this(recogniser, Duration.ofSeconds(30));
    }

    TurnPool(TurnRecogniser recogniser, Duration idle) {
        this.recogniser = recogniser;
        Waiting waiting = new Waiting();
        ThreadFactory named = Thread.ofPlatform().daemon().name("turn-", 1).factory();
        threads = new ThreadPoolExecutor(
                FEWEST, MOST, idle.toMillis(), TimeUnit.MILLISECONDS, waiting, named, (turn, pool) -> {
                    if (pool.isShutdown() || !waiting.takeMore(turn)) {
                        ((Job) turn)
                                .lost(pool.isShutdown() ? "the worker stops" : MOST_WAITING + " turns wait already");
                    }
                });
    }

    /** Recognises a turn in its turn; fails with a {@link SpeechException} when it is lost. */
    public CompletableFuture<Transcript> submit(EncodedAudio turn) {
        Job job = new Job(turn);
        threads.execute(job);
        return job.result;
    }

    /** How many threads there are; none before the first turn. */
    public OptionalInt size() {
        int size = threads.getPoolSize();
        return size == 0 ? OptionalInt.empty() : OptionalInt.of(size);
    }

    /** Starts the fewest threads before there is a turn. */
    public void warmUp() {
        threads.prestartAllCoreThreads();
    }

    /** Waits a moment for what is at work, gives up the rest. */
    @Override
    public void close() {
        threads.shutdown();
        try {
            if (!threads.awaitTermination(CLOSE_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                threads.shutdownNow().forEach(turn -> ((Job) turn).lost("the worker stops"));
            }
        } catch (InterruptedException e) {
            threads.shutdownNow();
            Thread.currentThread().interrupt();
        }
        recogniser.close();
    }

    private final class Job implements Runnable {
        private final EncodedAudio turn;
        private final CompletableFuture<Transcript> result = new CompletableFuture<>();

        Job(EncodedAudio turn) {
            this.turn = turn;
        }

        @Override
        public void run() {
            try {
                result.complete(recogniser.recognise(turn));
            } catch (SpeechException | RuntimeException e) {
                result.completeExceptionally(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                lost("the worker stops");
            }
        }

        void lost(String why) {
            result.completeExceptionally(new SpeechException("a turn is not recognised: " + why));
        }
    }

    private static final class Waiting extends LinkedBlockingQueue<Runnable> {
        private static final long serialVersionUID = 1L;

        Waiting() {
            super(MOST_WAITING);
        }

        @Override
        public boolean offer(Runnable turn) {
            return size() < CALM && super.offer(turn);
        }

        boolean takeMore(Runnable turn) {
            return super.offer(turn);
        }
    }
}
