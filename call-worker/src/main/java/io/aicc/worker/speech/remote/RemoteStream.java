package io.aicc.worker.speech.remote;

import io.aicc.worker.audio.AudioFrame;
import io.aicc.worker.speech.SpeechListener;
import io.aicc.worker.speech.SpeechStream;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One speaker's way to a server that recognises. Nothing here waits for the network: audio is kept until the server has
 * settled it, so that a conversation that breaks off is gone on with in another one.
 *
 * @implNote All state of the stream, its utterances, their stretches and attempts is guarded by the stream's monitor. The listener is
 *     called with it held, and must not call back.
 */
public final class RemoteStream implements SpeechStream {
    private final RemoteParts parts;
    private final String language;
    private final SpeechListener listener;
    private final Set<Utterance> unsettled = new HashSet<>();
    private @Nullable Utterance current;
    private boolean closed;

    public RemoteStream(RemoteParts parts, String language, SpeechListener listener) {
        this.parts = parts;
        this.language = language;
        this.listener = listener;
    }

    @Override
    public synchronized void begin(String utteranceId, long startMs) {
        if (closed || current != null) {
            throw new IllegalStateException(closed ? "the stream is closed" : "the utterance before has not ended");
        }
        Utterance begun = new Utterance(utteranceId, this);
        current = begun;
        unsettled.add(begun);
    }

    @Override
    public synchronized void audio(AudioFrame frame) {
        if (current == null) {
            throw new IllegalStateException("audio outside of an utterance");
        }
        current.audio(frame);
    }

    @Override
    public synchronized void end(long endMs) {
        Utterance ended = current;
        if (ended == null) {
            throw new IllegalStateException("no utterance to end");
        }
        current = null;
        ended.end();
    }

    @Override
    public synchronized void giveUp() {
        Set.copyOf(unsettled).stream()
                .filter(utterance -> utterance != current)
                .forEach(utterance -> utterance.giveUp("its words do not come in time"));
    }

    /** Waits for the last words for as long as a server may take for them. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (current != null) {
            current.end();
            current = null;
        }
        long deadline = System.nanoTime() + parts.timing().finish().toNanos();
        try {
            for (long left = deadline - System.nanoTime(); !unsettled.isEmpty() && left > 0; ) {
                wait(left / 1_000_000 + 1);
                left = deadline - System.nanoTime();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        giveUp();
    }

    RemoteParts parts() {
        return parts;
    }

    String language() {
        return language;
    }

    SpeechListener listener() {
        return listener;
    }

    /** Runs a step later, with the monitor held. */
    void after(Duration delay, Runnable step) {
        parts.timer().after(delay, () -> {
            synchronized (this) {
                step.run();
            }
        });
    }

    void settled(Utterance utterance) {
        unsettled.remove(utterance);
        notifyAll();
    }
}
