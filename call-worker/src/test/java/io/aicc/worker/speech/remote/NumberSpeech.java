package io.aicc.worker.speech.remote;

import io.aicc.crd.Codec;
import io.aicc.wire.event.EventBody.Word;
import io.aicc.worker.audio.AudioFrame;
import io.aicc.worker.speech.EncodedAudio;
import io.aicc.worker.speech.SpeechListener.Transcript;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A language for tests: words are numbers, each 10 frames of 20 ms whose bytes are the number, between pauses of 10 frames of
 * silence. Whoever hears only part of a word hears {@code torn}, so that a transcript shows every cut and every repetition.
 */
final class NumberSpeech {
    static final int FRAME_BYTES = 160;
    static final int WORD_MS = 200;
    static final int WORD_AND_PAUSE_MS = 400;

    private static final int FRAMES = 10;
    private static final byte SILENCE = (byte) 0xFF;
    private static final short LOUD = 8_000;

    private NumberSpeech() {}

    /** What is said when the numbers from 0 on are said one after the other. */
    static String text(int words) {
        return IntStream.range(0, words).mapToObj(String::valueOf).collect(Collectors.joining(" "));
    }

    /** A frame of the same, counted from 0. */
    static AudioFrame frame(int index) {
        AudioFrame frame = new AudioFrame(Codec.ULAW);
        int word = index / (2 * FRAMES);
        boolean spoken = index % (2 * FRAMES) < FRAMES;
        for (int i = 0; i < FRAME_BYTES; i += 2) {
            frame.encoded()[i] = spoken ? (byte) (word >> 7 & 0x7F) : SILENCE;
            frame.encoded()[i + 1] = spoken ? (byte) (word & 0x7F) : SILENCE;
            frame.samples()[i] = spoken ? LOUD : 0;
            frame.samples()[i + 1] = spoken ? LOUD : 0;
        }
        frame.filled((long) index * FRAME_BYTES, FRAME_BYTES, FRAME_BYTES);
        return frame;
    }

    /** Hears the words in audio, with their times from its start. */
    static Transcript hear(byte[] audio) {
        List<Word> words = new ArrayList<>();
        int at = 0;
        while (at < audio.length) {
            if (audio[at] == SILENCE) {
                at += 2;
                continue;
            }
            int end = at;
            while (end < audio.length && audio[end] != SILENCE) {
                end += 2;
            }
            boolean whole = end - at == FRAMES * FRAME_BYTES;
            String text = whole ? String.valueOf(audio[at] << 7 | audio[at + 1]) : "torn";
            words.add(new Word(text, at / 8, end / 8, null));
            at = end;
        }
        return new Transcript(words.stream().map(Word::text).collect(Collectors.joining(" ")), words, null);
    }

    static Transcript hear(EncodedAudio turn) {
        return hear(turn.copy(turn.start(), turn.end()));
    }
}
