package io.aicc.worker.speech.remote;

import io.aicc.worker.audio.AudioFrame;
import io.aicc.worker.speech.EncodedAudio;
import io.aicc.worker.speech.Pauses;
import io.aicc.worker.speech.SpeechException;
import io.aicc.worker.speech.SpeechListener.Transcript;
import io.aicc.worker.speech.Transcripts;
import io.aicc.worker.speech.TurnPool;
import io.aicc.worker.speech.TurnRecogniser;
import io.aicc.worker.speech.remote.Failure.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * A stretch of an utterance's audio on its way to becoming words, by one conversation with the server or, where one breaks
 * off, by several. The audio is kept from the last settled word on; a further conversation begins there, so that no word is
 * lost and none heard twice. With the circuit open, what is left is recognised as a whole once the audio has ended.
 */
final class Stretch {
    /** Kept for so long without a settled word, the stretch ends in the next pause, which settles it. */
    private static final int MANY_MS = TurnRecogniser.LONGEST_MS - 10_000;

    /** Kept for so long, it ends wherever the speaker is: another frame might be too much. */
    private static final int TOO_MANY_MS = TurnRecogniser.LONGEST_MS - 100;

    /** Conversations that the server may end early, with nothing settled in between, before that counts as a failure. */
    private static final int EARLY_ENDS = 3;

    /**
     * More than anybody says in the minutes that a stretch lasts, every word counted twice: in the text, and with its time. A
     * server that says more has lost its mind, and must not take our memory with it.
     */
    private static final int MOST_CHARACTERS = 64 * 1024;

    private final Utterance utterance;
    private final RemoteStream stream;
    private final RemoteParts parts;
    private final RetryPause retryPause;
    private final EncodedAudio audio;
    private final long startMs;
    private final List<Transcript> heard = new ArrayList<>();
    private String guess = "";
    private @Nullable Attempt attempt;
    private @Nullable SpeechException loss;
    private long troubleSinceNanos;
    private int characters;
    private int failures;
    private int earlyEnds;
    private boolean waiting;
    private boolean ended;
    private boolean settled;

    Stretch(Utterance utterance, RemoteStream stream, AudioFrame first) {
        this.utterance = utterance;
        this.stream = stream;
        this.parts = stream.parts();
        this.retryPause = new RetryPause(parts.timing());
        this.audio = new EncodedAudio(first.codec(), first.sampleRateHz());
        this.startMs = first.startMs();
    }

    void begin() {
        recognise();
    }

    void audio(AudioFrame frame) {
        if (settled) {
            return;
        }
        audio.append(frame);
        if (attempt != null) {
            attempt.pump();
        } else if (!waiting) {
            recognise();
        }
    }

    /** The audio is complete. */
    void end() {
        ended = true;
        if (attempt != null) {
            attempt.pump();
        } else if (!waiting) {
            recognise();
        }
    }

    /** Whether another stretch should follow before the server, or what we keep, comes to its limit. */
    boolean isLongEnough(Pauses pauses) {
        long age = attempt == null ? 0 : attempt.ageNanos();
        return age >= parts.timing().rotate(pauses).toNanos()
                || audio.keptMs() >= (pauses.quiet() ? MANY_MS : TOO_MANY_MS);
    }

    List<Transcript> heard() {
        return heard;
    }

    /** Settled words, then those that may still change. */
    String textSoFar() {
        String words = Transcripts.joined(heard).text();
        return guess.isEmpty() ? words : (words + " " + guess).strip();
    }

    boolean settled() {
        return settled;
    }

    Optional<SpeechException> loss() {
        return Optional.ofNullable(loss);
    }

    /** Nobody waits for its words any more. */
    void cancel() {
        settled = true;
        if (attempt != null) {
            attempt.hangUp();
            forgetAttempt();
            parts.circuit().undecided();
        }
    }

    boolean hasEnded() {
        return ended;
    }

    /** Has the rest recognised in the best way there is now; does nothing while there is nothing to recognise. */
    private void recognise() {
        if (settled || attempt != null) {
            return;
        }
        if (audio.keptMs() == 0 && (ended || earlyEnds > 0)) {
            settleIfEnded();
        } else if (parts.circuit().lets()) {
            attempt = new Attempt(this, stream, audio);
            attempt.open();
        } else if (parts.turns() == null) {
            later(retryPause.after(Math.max(1, failures), Kind.TRANSPORT));
        } else if (ended) {
            asAWhole(parts.turns());
        }
    }

    private void asAWhole(TurnPool turns) {
        waiting = true;
        long offset = atMs(audio.start());
        turns.submit(audio.rest()).whenComplete((words, failure) -> {
            synchronized (stream) {
                if (settled) {
                    return;
                }
                if (failure == null) {
                    heard.add(Transcripts.shifted(words, offset));
                    settle(null);
                } else {
                    Throwable cause = failure instanceof CompletionException && failure.getCause() != null
                            ? failure.getCause()
                            : failure;
                    settle(new SpeechException("an utterance is lost: " + cause.getMessage(), cause));
                }
            }
        });
    }

    private void later(Duration delay) {
        if (failures > 0 && now() - troubleSinceNanos > parts.timing().giveUp().toNanos()) {
            settle(new SpeechException("an utterance is lost: the speech server failed for "
                    + parts.timing().giveUp().toSeconds() + " s"));
            return;
        }
        if (failures == 0) {
            failures = 1;
            troubleSinceNanos = now();
        }
        waiting = true;
        stream.after(delay, () -> {
            waiting = false;
            recognise();
        });
    }

    /** The conversation broke off. */
    void broken(Failure failure) {
        forgetAttempt();
        boolean unlucky = failure.kind() != Kind.LIMIT || ++earlyEnds > EARLY_ENDS;
        Failure judged =
                unlucky && failure.kind() == Kind.LIMIT ? new Failure(Kind.TRANSPORT, failure.message()) : failure;
        parts.circuit().failed(judged);
        if (judged.kind() == Kind.CONFIGURATION) {
            settle(new SpeechException("an utterance is lost: " + judged.message()));
        } else if (!unlucky) {
            recognise();
        } else {
            if (failures++ == 0) {
                troubleSinceNanos = now();
            }
            if (parts.circuit().isOpen() && parts.turns() != null) {
                recognise();
            } else {
                later(retryPause.after(failures, judged.kind()));
            }
        }
    }

    /** Words that may still change. */
    void guessed(String text) {
        if (believes(characters + text.length())) {
            guess = text;
            utterance.changed();
        }
    }

    /** Words for good, from a conversation that began at one place; the audio before the other is settled. */
    void heard(Transcript transcript, long from, long until) {
        characters += characters(transcript);
        if (!believes(characters)) {
            return;
        }
        parts.circuit().served();
        failures = 0;
        earlyEnds = 0;
        guess = "";
        if (!transcript.text().isBlank()) {
            heard.add(Transcripts.shifted(transcript, atMs(from)));
        }
        audio.forgetBefore(until);
        utterance.changed();
    }

    /**
     * The server has said everything about the audio before that place.
     *
     * @param toTheEnd whether it had been told that no more comes
     */
    void heardOut(long place, boolean toTheEnd) {
        parts.circuit().served();
        forgetAttempt();
        audio.forgetBefore(place);
        if (toTheEnd) {
            settle(null);
        } else if (++earlyEnds > EARLY_ENDS) {
            broken(new Failure(Kind.TRANSPORT, "the server ends conversations early"));
        } else {
            recognise();
        }
    }

    private void forgetAttempt() {
        attempt = null;
        guess = "";
    }

    /** Whether somebody may have said so much; if not, all of it is done with. */
    private boolean believes(int said) {
        if (said > MOST_CHARACTERS) {
            babbled();
        }
        return said <= MOST_CHARACTERS;
    }

    private void babbled() {
        if (attempt != null) {
            attempt.hangUp();
            forgetAttempt();
        }
        Failure failure = new Failure(
                Kind.TRANSPORT,
                "more than %d characters for %d ms of speech".formatted(MOST_CHARACTERS, atMs(audio.end()) - startMs));
        parts.circuit().failed(failure);
        settle(new SpeechException("an utterance is lost: the speech server says " + failure.message()));
    }

    private void settleIfEnded() {
        if (ended) {
            settle(null);
        }
    }

    private void settle(@Nullable SpeechException lost) {
        settled = true;
        guess = "";
        loss = lost;
        audio.forgetBefore(audio.end());
        utterance.tellIfSettled();
    }

    /** One for the final itself: even empty ones have an end. */
    private static int characters(Transcript transcript) {
        return 1
                + transcript.text().length()
                + transcript.words().stream()
                        .mapToInt(word -> word.text().length() + 1)
                        .sum();
    }

    private long now() {
        return parts.nanoClock().getAsLong();
    }

    /** On the session's timeline. */
    private long atMs(long place) {
        return startMs + place / audio.bytesPerMs();
    }
}
