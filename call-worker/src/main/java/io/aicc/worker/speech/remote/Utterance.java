package io.aicc.worker.speech.remote;

import io.aicc.worker.audio.AudioFrame;
import io.aicc.worker.speech.Pauses;
import io.aicc.worker.speech.SpeechException;
import io.aicc.worker.speech.SpeechListener.Transcript;
import io.aicc.worker.speech.Transcripts;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * An utterance as a row of stretches, one after the other: usually one. A stretch that has lasted long enough is followed by
 * the next: that one's conversation begins first, then the audio of the one before ends, and its last words are waited for.
 */
final class Utterance {
    private final String id;
    private final RemoteStream stream;
    private final Pauses pauses = new Pauses();
    private final List<Stretch> stretches = new ArrayList<>();
    private String shown = "";
    private long heardUntilMs;
    private boolean ended;
    private boolean settled;

    Utterance(String id, RemoteStream stream) {
        this.id = id;
        this.stream = stream;
    }

    void audio(AudioFrame frame) {
        if (settled) {
            return;
        }
        pauses.hear(frame);
        if (stretches.isEmpty() || stretches.getLast().isLongEnough(pauses)) {
            beginStretch(frame);
        }
        heardUntilMs = frame.endMs();
        stretches.getLast().audio(frame);
    }

    private void beginStretch(AudioFrame frame) {
        Stretch next = new Stretch(this, stream, frame);
        stretches.add(next);
        next.begin();
        if (stretches.size() > 1) {
            stream.parts().rotations().increment();
            stretches.get(stretches.size() - 2).end();
        }
    }

    void end() {
        ended = true;
        if (!stretches.isEmpty()) {
            stretches.getLast().end();
        }
        tellIfSettled();
    }

    /** The words of a stretch have changed. */
    void changed() {
        String text = stretches.stream()
                .map(Stretch::textSoFar)
                .filter(part -> !part.isEmpty())
                .collect(Collectors.joining(" "));
        if (!settled && !text.isEmpty() && !text.equals(shown)) {
            shown = text;
            stream.listener().interimResult(id, text, heardUntilMs);
        }
    }

    /** A stretch has all its words, or lost them. */
    void tellIfSettled() {
        if (settled || !ended || !stretches.stream().allMatch(Stretch::settled)) {
            return;
        }
        SpeechException loss = stretches.stream()
                .flatMap(stretch -> stretch.loss().stream())
                .findFirst()
                .orElse(null);
        settle();
        if (loss == null) {
            List<Transcript> words = stretches.stream()
                    .flatMap(stretch -> stretch.heard().stream())
                    .toList();
            stream.listener().finalResult(id, Transcripts.joined(words));
        } else {
            stream.listener().failed(id, loss);
        }
    }

    void giveUp(String why) {
        stretches.forEach(Stretch::cancel);
        settle();
        stream.listener().failed(id, new SpeechException("an utterance is lost: " + why));
    }

    private void settle() {
        settled = true;
        stream.settled(this);
    }
}
