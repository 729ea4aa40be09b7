package io.aicc.worker.speech.sphinx;

import io.aicc.wire.event.EventBody.Word;
import io.aicc.worker.audio.AudioFrame;
import io.aicc.worker.audio.Upsampler;
import io.aicc.worker.speech.SpeechException;
import io.aicc.worker.speech.SpeechListener;
import io.aicc.worker.speech.SpeechListener.Transcript;
import io.aicc.worker.speech.SpeechStream;
import io.aicc.worker.speech.sphinx.SphinxLibrary.Segment;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One speaker's decoder and what it has heard so far. Everything happens on the caller's thread: audio takes less than a tenth
 * of its own length, the end of an utterance a quarter of a second on average.
 */
final class SphinxStream implements SpeechStream {
    /** How much audio lies between two looks at the words so far. */
    private static final int INTERIM_SAMPLES = SphinxDecoder.SAMPLE_RATE_HZ * 240 / 1000;

    /** The last word is often half heard. More of them change later, but an interim may, and words that wait are late. */
    private static final int UNSTABLE_WORDS = 1;

    private static final int FRAME_MS = 10;

    private final SphinxDecoder decoder;
    private final SpeechListener listener;
    private final Upsampler upsampler = new Upsampler();
    private final short[] wide = new short[2 * AudioFrame.MAX_SAMPLES];
    private @Nullable Utterance utterance;
    private boolean closed;

    SphinxStream(SphinxDecoder decoder, SpeechListener listener) {
        this.decoder = decoder;
        this.listener = listener;
    }

    @Override
    public synchronized void begin(String utteranceId, long startMs) {
        if (closed || utterance != null) {
            throw new IllegalStateException(closed ? "the stream is closed" : "the utterance before has not ended");
        }
        utterance = new Utterance(utteranceId);
        utterance.start(startMs);
    }

    @Override
    public synchronized void audio(AudioFrame frame) {
        Utterance open = utterance;
        if (open == null) {
            throw new IllegalStateException("audio outside of an utterance");
        }
        boolean narrow = frame.sampleRateHz() < SphinxDecoder.SAMPLE_RATE_HZ;
        int count = narrow ? upsampler.process(frame.samples(), frame.length(), wide) : frame.length();
        open.audio(narrow ? wide : frame.samples(), count, frame);
    }

    @Override
    public synchronized void end(long endMs) {
        Utterance ended = utterance;
        if (ended == null) {
            throw new IllegalStateException("no utterance to end");
        }
        utterance = null;
        ended.finish();
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            Utterance open = utterance;
            utterance = null;
            if (open != null) {
                open.finish();
            }
        } finally {
            decoder.close();
        }
    }

    /** Removes fillers such as {@code <sil>} and {@code [NOISE]}. */
    static boolean isWord(String token) {
        return !token.isEmpty() && token.charAt(0) != '<' && token.charAt(0) != '[' && !token.startsWith("++");
    }

    /** Removes the mark of a second pronunciation: {@code the(2)} is {@code the}. */
    static String spelling(String token) {
        int mark = token.indexOf('(');
        return mark > 0 ? token.substring(0, mark) : token;
    }

    /**
     * An open utterance. One that is longer than a decoder's memory allows is recognised in stretches and still is one
     * utterance to the listener; one that the decoder fails on is reported once, at its end.
     */
    private final class Utterance {
        private final String id;
        private final List<Word> earlier = new ArrayList<>();
        private long stretchStartMs;
        private int samplesSinceLook;
        private String interim = "";
        private @Nullable IllegalStateException failure;

        Utterance(String id) {
            this.id = id;
        }

        void start(long startMs) {
            upsampler.reset();
            guarded(() -> startStretch(startMs));
        }

        void audio(short[] samples, int count, AudioFrame frame) {
            guarded(() -> {
                if (!decoder.hasRoomFor(count)) {
                    earlier.addAll(endStretch());
                    startStretch(frame.startMs());
                }
                decoder.process(samples, count);
            });
            samplesSinceLook += count;
            if (samplesSinceLook >= INTERIM_SAMPLES) {
                samplesSinceLook = 0;
                look(frame.endMs());
            }
        }

        void finish() {
            List<Word> words = new ArrayList<>(earlier);
            guarded(() -> words.addAll(endStretch()));
            if (failure != null) {
                listener.failed(id, new SpeechException("an utterance is lost: " + failure.getMessage(), failure));
            } else {
                String text = words.stream().map(Word::text).collect(Collectors.joining(" "));
                listener.finalResult(id, new Transcript(text, words, null));
            }
        }

        /** Sends the words so far when they have changed. */
        private void look(long endMs) {
            List<String> words = new ArrayList<>();
            earlier.forEach(word -> words.add(word.text()));
            guarded(() -> Stream.of(decoder.hypothesis().split(" "))
                    .filter(SphinxStream::isWord)
                    .forEach(token -> words.add(spelling(token))));
            String stable = String.join(" ", words.subList(0, Math.max(0, words.size() - UNSTABLE_WORDS)));
            if (failure == null && !stable.isEmpty() && !stable.equals(interim)) {
                interim = stable;
                listener.interimResult(id, stable, endMs);
            }
        }

        private void startStretch(long startMs) {
            decoder.start();
            stretchStartMs = startMs;
        }

        private List<Word> endStretch() {
            List<Segment> segments = decoder.end();
            int origin = segments.isEmpty() ? 0 : segments.getFirst().firstFrame();
            return segments.stream()
                    .filter(segment -> isWord(segment.word()))
                    .map(segment -> new Word(
                            spelling(segment.word()),
                            stretchStartMs + (long) (segment.firstFrame() - origin) * FRAME_MS,
                            stretchStartMs + (long) (segment.lastFrame() + 1 - origin) * FRAME_MS,
                            null))
                    .toList();
        }

        /** Leaves the decoder alone once it has failed. */
        private void guarded(Runnable step) {
            if (failure != null) {
                return;
            }
            try {
                step.run();
            } catch (IllegalStateException e) {
                failure = e;
            }
        }
    }
}
