package io.aicc.worker.speech;

import io.aicc.runtime.Tasks;
import io.aicc.worker.speech.SpeechListener.Transcript;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Recognises whole turns beside the audio: by {@value #FEWEST} threads as long as few turns wait, by up to {@value #MOST} when
 * more than {@value #CALM} do; a thread above the fewest ends when it had nothing to do for a while. Turns that wait are
 * bounded too. Thread-safe.
 *
 * @implNote The JDK's pool does exactly that around a queue that takes {@value #CALM}: it queues first and adds a thread for what
 *     the queue refuses. With {@value #MOST} at work, {@link Waiting} takes more.
 */
public final class TurnPool implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(TurnPool.class);

    static final int FEWEST = 2;
    static final int MOST = 10;
    static final int CALM = 10;

    /** Both speakers saying half a minute again and again would fill this in an hour without one answer. */
    static final int MOST_WAITING = 200;

    static final Duration IDLE = Duration.ofSeconds(30);

    /** Recognising in this process cannot be interrupted; a turn of a minute takes seconds. */
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(3);

    private final TurnRecogniser recogniser;
    private final Tasks tasks;
    private final ThreadPoolExecutor threads;
    private final Set<Job> unfinished = ConcurrentHashMap.newKeySet();

    /** A pool whose threads end after {@link #IDLE} without a turn; those tasks supervise them. */
    public TurnPool(TurnRecogniser recogniser, Tasks tasks) {
        this(recogniser, tasks, IDLE);
    }

    TurnPool(TurnRecogniser recogniser, Tasks tasks, Duration idle) {
        this.recogniser = recogniser;
        this.tasks = tasks;
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

    /**
     * Recognises a turn in its turn; fails with a {@link SpeechException} when it is lost. One that was completed by its owner before
     * is not recognised.
     */
    public CompletableFuture<Transcript> submit(EncodedAudio turn) {
        Job job = new Job(turn);
        unfinished.add(job);
        job.result.whenComplete((words, failure) -> unfinished.remove(job));
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

    /** Gives up every turn: whoever wants the words has waited for them before. */
    @Override
    public void close() {
        threads.shutdown();
        long cancelled = unfinished.stream()
                .filter(turn -> turn.lost("the worker stops"))
                .count();
        if (cancelled > 0) {
            log.atWarn().addKeyValue("turns", cancelled).log("turns cancelled: they did not end by themselves");
        }
        threads.shutdownNow();
        try {
            if (!threads.awaitTermination(CLOSE_LIMIT.toNanos(), TimeUnit.NANOSECONDS)) {
                log.atError()
                        .addKeyValue("turns", threads.getActiveCount())
                        .log("turns do not end, not even when cancelled");
            }
        } catch (InterruptedException e) {
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
            if (!result.isDone()) {
                tasks.step("turn", this::recognise);
                lost("a defect of this program"); // unless there is a result
            }
        }

        private void recognise() {
            try {
                result.complete(recogniser.recognise(turn));
            } catch (SpeechException e) {
                result.completeExceptionally(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                lost("the worker stops");
            }
        }

        boolean lost(String why) {
            return result.completeExceptionally(new SpeechException("a turn is not recognised: " + why));
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
