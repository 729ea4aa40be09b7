package io.aicc.worker.speech;

import io.aicc.worker.audio.AudioFrame;
import io.aicc.worker.speech.SpeechListener.Transcript;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * One speaker's turns, each handed to a pool as a whole. One that is longer than an engine takes is cut, in a pause if there
 * is one, and still is one utterance to the listener.
 */
final class BatchStream implements SpeechStream {
    /** From here on a pause is good enough to cut in. */
    private static final int LONG_MS = TurnRecogniser.LONGEST_MS - 10_000;

    /** A recogniser takes no longer for a turn. */
    private static final Duration CLOSE_LIMIT = Duration.ofMinutes(1);

    private final TurnPool pool;
    private final SpeechListener listener;
    private final Set<Turn> underWay = ConcurrentHashMap.newKeySet();
    private @Nullable Turn turn;
    private boolean closed;

    BatchStream(TurnPool pool, SpeechListener listener) {
        this.pool = pool;
        this.listener = listener;
    }

    @Override
    public void begin(String utteranceId, long startMs) {
        if (closed || turn != null) {
            throw new IllegalStateException(closed ? "the stream is closed" : "the utterance before has not ended");
        }
        turn = new Turn(utteranceId);
    }

    @Override
    public void audio(AudioFrame frame) {
        if (turn == null) {
            throw new IllegalStateException("audio outside of an utterance");
        }
        turn.audio(frame);
    }

    @Override
    public void end(long endMs) {
        Turn ended = turn;
        if (ended == null) {
            throw new IllegalStateException("no utterance to end");
        }
        turn = null;
        ended.finish();
    }

    @Override
    public void giveUp() {
        underWay.forEach(Turn::giveUp);
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (turn != null) {
            turn.finish();
            turn = null;
        }
        CompletableFuture<?>[] left = underWay.stream().map(ended -> ended.told).toArray(CompletableFuture<?>[]::new);
        try {
            CompletableFuture.allOf(left).get(CLOSE_LIMIT.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException _) {
            // What is left is given up.
        }
        giveUp();
    }

    private final class Turn {
        private final String id;
        private final Pauses pauses = new Pauses();
        private final List<Part> parts = new ArrayList<>();
        private final CompletableFuture<@Nullable Void> told = new CompletableFuture<>();
        private @Nullable EncodedAudio audio;
        private long partStartMs;

        Turn(String id) {
            this.id = id;
        }

        void audio(AudioFrame frame) {
            EncodedAudio open = audio;
            if (open == null) {
                open = new EncodedAudio(frame.codec(), frame.sampleRateHz());
                audio = open;
                partStartMs = frame.startMs();
            }
            open.append(frame);
            pauses.hear(frame);
            int ms = open.keptMs();
            if (ms >= LONG_MS && pauses.quiet() || ms + frame.endMs() - frame.startMs() > TurnRecogniser.LONGEST_MS) {
                submit();
            }
        }

        void finish() {
            submit();
            underWay.add(this);
            var unused = CompletableFuture.allOf(parts.stream().map(Part::words).toArray(CompletableFuture<?>[]::new))
                    .whenComplete((nothing, failure) -> tell(failure));
        }

        void giveUp() {
            parts.forEach(part -> part.words()
                    .completeExceptionally(new SpeechException("an utterance is lost: its words do not come in time")));
        }

        private void submit() {
            if (audio != null) {
                parts.add(new Part(partStartMs, pool.submit(audio)));
                audio = null;
            }
        }

        /** Turns end on any thread of the pool; the listener hears of one at a time. */
        private void tell(@Nullable Throwable failure) {
            try {
                synchronized (listener) {
                    if (failure == null) {
                        listener.finalResult(
                                id,
                                Transcripts.joined(
                                        parts.stream().map(Part::shifted).toList()));
                    } else {
                        listener.failed(id, cause(failure));
                    }
                }
            } finally {
                underWay.remove(this);
                told.complete(null);
            }
        }
    }

    /** What was handed over in one go. */
    private record Part(long startMs, CompletableFuture<Transcript> words) {
        /** Its words on the session's timeline, once they are there. */
        Transcript shifted() {
            return Transcripts.shifted(words.join(), startMs);
        }
    }

    private static SpeechException cause(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return cause instanceof SpeechException known
                ? known
                : new SpeechException("an utterance is lost: " + cause.getMessage(), cause);
    }
}
