package io.aicc.worker.speech.remote;

import io.aicc.crd.Codec;
import io.aicc.worker.speech.EncodedAudio;
import io.aicc.worker.speech.SpeechListener.Transcript;
import io.aicc.worker.speech.Transcripts;
import io.aicc.worker.speech.remote.Failure.Kind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Understands {@link NumberSpeech}: settles the words before a pause now and then, the rest at the end of the audio. Ends
 * conversations that get too old, and breaks them when it is told to.
 */
final class NumberServer implements RecognitionServer {
    /** Words are settled in groups. */
    private static final int GROUP = 7;

    private final LongSupplier nanoClock;
    private final long longestNanos;
    private final Deque<Break> breaks = new ArrayDeque<>();
    final List<Talk> talks = new ArrayList<>();

    /** Conversations that begin now get no answer to the end of their audio. */
    boolean mute;

    /** How a conversation ends before its time: after so much audio; -1: as soon as it is opened. */
    record Break(Kind kind, int afterMs) {}

    NumberServer(LongSupplier nanoClock, long longestMs) {
        this.nanoClock = nanoClock;
        this.longestNanos = longestMs * 1_000_000;
    }

    /** The next conversations break. */
    void breaks(Break... next) {
        breaks.addAll(List.of(next));
    }

    void breaks(int times, Break same) {
        for (int i = 0; i < times; i++) {
            breaks.add(same);
        }
    }

    @Override
    public int pieceMs() {
        return 20;
    }

    @Override
    public Conversation open(Codec codec, int sampleRateHz, String language, Hearer hearer) {
        Talk talk = new Talk(hearer, breaks.poll());
        talks.add(talk);
        talk.breakAt(-1);
        return talk;
    }

    final class Talk implements Conversation {
        private final Hearer hearer;
        private final @Nullable Break planned;
        private final long openedNanos = nanoClock.getAsLong();
        /** What is not settled. */
        private final EncodedAudio audio = new EncodedAudio(Codec.ULAW, 8_000);

        private boolean over;
        boolean mute = NumberServer.this.mute;

        Talk(Hearer hearer, @Nullable Break planned) {
            this.hearer = hearer;
            this.planned = planned;
        }

        int heardMs() {
            return (int) audio.end() / 8;
        }

        /** Says what nobody said. */
        void guess(String text) {
            hearer.guessed(text);
        }

        /** Says so for good, and that it was said in no time. */
        void settle(String text) {
            hearer.heard(new Transcript(text, List.of(), null), 0);
        }

        boolean isOver() {
            return over;
        }

        private void breakAt(int ms) {
            if (!over && planned != null && ms >= planned.afterMs()) {
                over = true;
                hearer.failed(new Failure(planned.kind(), "as planned"));
            }
        }

        @Override
        public boolean ready() {
            return !over;
        }

        @Override
        public void send(byte[] piece) {
            if (over) {
                return;
            }
            audio.append(piece, 0, piece.length);
            if (nanoClock.getAsLong() - openedNanos > longestNanos) {
                over = true;
                hearer.failed(new Failure(Kind.LIMIT, "too long"));
                return;
            }
            breakAt(heardMs());
            boolean inPause = piece[piece.length - 1] == (byte) 0xFF;
            Transcript unsettled = NumberSpeech.hear(audio);
            if (!over && inPause && unsettled.words().size() >= GROUP) {
                settle();
            } else if (!over && inPause && !unsettled.text().isEmpty()) {
                hearer.guessed(unsettled.text());
            }
        }

        private void settle() {
            Transcript words = NumberSpeech.hear(audio);
            long from = audio.start();
            audio.forgetBefore(audio.end());
            if (!words.text().isEmpty()) {
                hearer.heard(Transcripts.shifted(words, from / 8), audio.end() / 8);
            }
        }

        @Override
        public void endAudio() {
            breakAt(Integer.MAX_VALUE);
            if (!over && !mute) {
                settle();
                over = true;
                hearer.ended();
            }
        }

        @Override
        public void cancel() {
            over = true;
        }
    }
}
