package io.aicc.worker.speech.remote;

import io.aicc.worker.speech.EncodedAudio;
import io.aicc.worker.speech.SpeechListener.Transcript;
import io.aicc.worker.speech.remote.Failure.Kind;
import io.aicc.worker.speech.remote.RecognitionServer.Conversation;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One conversation about a stretch: sends what is kept of its audio, no faster than servers take it, and passes on what comes
 * back. Once it is over, what the server still says is not heard.
 */
final class Attempt implements RecognitionServer.Hearer {
    /** Sent at once at the start: a pre-roll, or the beginning of what was kept. */
    private static final int HEAD_START_MS = 1_000;

    /** How much faster than it is spoken kept audio is sent; servers refuse what is much faster. */
    private static final double PACE = 1.5;

    private static final int LARGEST_PIECE_MS = 100;
    private static final Duration PACE_TICK = Duration.ofMillis(50);

    private final Stretch stretch;
    private final RemoteStream stream;
    private final RemoteParts parts;
    private final EncodedAudio audio;
    private final long openedNanos;
    private final long from;
    private long sent;
    private boolean audioEnded;
    private boolean ticking;
    private boolean watching;
    private boolean over;
    private @Nullable Conversation conversation;

    Attempt(Stretch stretch, RemoteStream stream, EncodedAudio audio) {
        this.stretch = stretch;
        this.stream = stream;
        this.parts = stream.parts();
        this.audio = audio;
        this.openedNanos = parts.nanoClock().getAsLong();
        this.from = audio.start();
        this.sent = from;
    }

    void open() {
        conversation = parts.server().open(audio.codec(), audio.sampleRateHz(), stream.language(), this);
        pump();
    }

    long ageNanos() {
        return parts.nanoClock().getAsLong() - openedNanos;
    }

    /** Sends what may be sent. */
    void pump() {
        Conversation open = conversation;
        if (open == null || audioEnded || over) {
            return;
        }
        while (!over && sent < audio.end() && open.ready()) {
            int bytes = (int) Math.min(audio.end() - sent, (long) LARGEST_PIECE_MS * audio.bytesPerMs());
            if (!stretch.hasEnded() && bytes < parts.server().pieceMs() * audio.bytesPerMs()) {
                return;
            }
            if (sent + bytes > paced()) {
                tick();
                return;
            }
            byte[] piece = audio.copy(sent, sent + bytes);
            sent += bytes;
            open.send(piece);
        }
        if (!over && sent < audio.end() && !open.ready()) {
            watch(open);
        }
        if (!over && stretch.hasEnded() && sent == audio.end()) {
            audioEnded = true;
            stream.after(parts.timing().finish(), this::late);
            open.endAudio();
        }
    }

    private long paced() {
        double ms = HEAD_START_MS + PACE * ageNanos() / 1_000_000;
        return from + (long) ms * audio.bytesPerMs();
    }

    private void tick() {
        if (!ticking) {
            ticking = true;
            stream.after(PACE_TICK, () -> {
                ticking = false;
                pump();
            });
        }
    }

    /** A server that takes no audio for so long hangs, or is not there: nothing else would say so. */
    private void watch(Conversation open) {
        if (!watching) {
            watching = true;
            long before = sent;
            stream.after(parts.timing().finish(), () -> {
                watching = false;
                if (!over && !audioEnded && sent == before && !open.ready()) {
                    hangUp();
                    stretch.broken(new Failure(
                            Kind.TRANSPORT,
                            "takes no audio for " + parts.timing().finish().toSeconds() + " s"));
                } else {
                    pump();
                }
            });
        }
    }

    private void late() {
        if (!over) {
            hangUp();
            stretch.broken(new Failure(
                    Kind.TRANSPORT,
                    "no last words after " + parts.timing().finish().toSeconds() + " s"));
        }
    }

    /** Nobody wants to hear more of it. */
    void hangUp() {
        over = true;
        if (conversation != null) {
            conversation.cancel();
        }
    }

    @Override
    public void ready() {
        synchronized (stream) {
            pump();
        }
    }

    @Override
    public void guessed(String text) {
        synchronized (stream) {
            if (!over) {
                stretch.guessed(text.strip());
            }
        }
    }

    @Override
    public void heard(Transcript transcript, long untilMs) {
        synchronized (stream) {
            if (!over) {
                stretch.heard(transcript, from, Math.min(sent, from + untilMs * audio.bytesPerMs()));
            }
        }
    }

    @Override
    public void ended() {
        synchronized (stream) {
            if (!over) {
                over = true;
                stretch.heardOut(sent, audioEnded);
            }
        }
    }

    @Override
    public void failed(Failure failure) {
        synchronized (stream) {
            if (!over) {
                over = true;
                stretch.broken(failure);
            }
        }
    }
}
