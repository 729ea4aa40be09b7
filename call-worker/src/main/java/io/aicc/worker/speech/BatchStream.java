package io.aicc.worker.speech;

import io.aicc.worker.audio.AudioFrame;
import io.aicc.worker.speech.SpeechListener.Transcript;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * One speaker's turns, each handed to a pool as a whole. One that is longer than an engine takes is cut, in a pause if there
 * is one, and still is one utterance to the listener.
 */
final class BatchStream implements SpeechStream {
    /** From here on a pause is good enough to cut in. */
    private static final int LONG_MS = TurnRecogniser.LONGEST_MS - 10_000;

    private final TurnPool pool;
    private final SpeechListener listener;
    private final Set<CompletableFuture<?>> underWay = new HashSet<>();
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
    public void close() {
        if (!closed) {
            closed = true;
            if (turn != null) {
                turn.finish();
                turn = null;
            }
            CompletableFuture<?>[] left;
            synchronized (underWay) {
                left = underWay.toArray(CompletableFuture<?>[]::new);
            }
            // Every turn ends, in words or in a failure: the pool gives up by itself.
            CompletableFuture.allOf(left).exceptionally(failure -> null).join();
        }
    }

    private final class Turn {
        private final String id;
        private final Pauses pauses = new Pauses();
        private final List<CompletableFuture<Transcript>> parts = new ArrayList<>();
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
            CompletableFuture<?> end = CompletableFuture.allOf(parts.toArray(CompletableFuture<?>[]::new))
                    .handle((nothing, failure) -> tell(failure));
            synchronized (underWay) {
                underWay.add(end);
            }
            end.whenComplete((told, failure) -> {
                synchronized (underWay) {
                    underWay.remove(end);
                }
            });
        }

        private void submit() {
            if (audio != null) {
                long startMs = partStartMs;
                parts.add(pool.submit(audio).thenApply(words -> Transcripts.shifted(words, startMs)));
                audio = null;
            }
        }

        /** Turns end on any thread of the pool; the listener hears of one at a time. */
        private @Nullable Void tell(@Nullable Throwable failure) {
            synchronized (listener) {
                if (failure == null) {
                    List<Transcript> words =
                            parts.stream().map(CompletableFuture::join).toList();
                    listener.finalResult(id, Transcripts.joined(words));
                } else {
                    listener.failed(id, cause(failure));
                }
            }
            return null;
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
