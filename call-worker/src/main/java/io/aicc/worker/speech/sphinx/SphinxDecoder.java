package io.aicc.worker.speech.sphinx;

import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.aicc.worker.speech.SpeechException;
import io.aicc.worker.speech.sphinx.SphinxLibrary.Segment;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;

/**
 * One native recogniser, safe to hold in the hands: whatever order its methods are called in, from whichever threads, the
 * process lives. Calls that pocketsphinx would not survive (audio after the end, use after free) are refused here.
 *
 * <pre>
 *        start          end
 *  idle ───────▶ started ───▶ ended ──start──▶ started ...
 *     └────────────┴── close ───┴──▶ closed
 * </pre>
 */
final class SphinxDecoder implements AutoCloseable {
    /** Samples a second that it hears. */
    static final int SAMPLE_RATE_HZ = 16_000;

    /** Longest utterance: memory of the search grows with it, and the last passes take longer than it is worth. */
    static final int MAX_UTTERANCE_SAMPLES = 40 * SAMPLE_RATE_HZ;

    /** Most samples of one call of {@link #process}. */
    static final int MAX_SAMPLES = SAMPLE_RATE_HZ / 5;

    private enum State {
        IDLE,
        STARTED,
        ENDED,
        CLOSED
    }

    private final SphinxLibrary library;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment decoder;
    private final MemorySegment buffer = arena.allocate(JAVA_SHORT, MAX_SAMPLES);
    private State state = State.IDLE;
    private int utteranceSamples;

    /**
     * @param options of pocketsphinx, each starting with a dash; the files among them must be readable
     * @throws SpeechException when a file is not what it should be
     */
    SphinxDecoder(SphinxLibrary library, Map<String, String> options) throws SpeechException {
        this.library = library;
        this.decoder = library.newDecoder(options);
        if (decoder.equals(MemorySegment.NULL)) {
            arena.close();
            throw new SpeechException("pocketsphinx cannot use its models, one of these files is damaged: " + options);
        }
    }

    /** Begins an utterance. */
    synchronized void start() {
        if (state == State.STARTED || state == State.CLOSED) {
            throw new IllegalStateException("cannot start an utterance: decoder is " + state);
        }
        if (library.startUtterance(decoder) < 0) {
            throw new IllegalStateException("pocketsphinx did not start an utterance");
        }
        utteranceSamples = 0;
        state = State.STARTED;
    }

    /** Whether so many more samples fit into the utterance. */
    synchronized boolean hasRoomFor(int count) {
        return utteranceSamples + count <= MAX_UTTERANCE_SAMPLES;
    }

    /** Recognises the next samples, 16 kHz. */
    synchronized void process(short[] samples, int count) {
        require(State.STARTED);
        if (count > MAX_SAMPLES || !hasRoomFor(count)) {
            throw new IllegalArgumentException(
                    "too many samples: %d after %d of the utterance".formatted(count, utteranceSamples));
        }
        MemorySegment.copy(samples, 0, buffer, JAVA_SHORT, 0, count);
        if (library.process(decoder, buffer, count) < 0) {
            throw new IllegalStateException("pocketsphinx did not take the audio");
        }
        utteranceSamples += count;
    }

    /** The words so far, apart by spaces; empty when there are none. */
    synchronized String hypothesis() {
        require(State.STARTED);
        return library.hypothesis(decoder);
    }

    /** Ends the utterance: runs the last passes, which takes a few per cent of its length. */
    synchronized List<Segment> end() {
        require(State.STARTED);
        state = State.ENDED;
        if (library.endUtterance(decoder) < 0) {
            throw new IllegalStateException("pocketsphinx did not end the utterance");
        }
        return library.segments(decoder);
    }

    /** Frees the native memory. Idempotent. */
    @Override
    public synchronized void close() {
        if (state == State.CLOSED) {
            return;
        }
        state = State.CLOSED;
        library.free(decoder);
        arena.close();
    }

    private void require(State needed) {
        if (state != needed) {
            throw new IllegalStateException("decoder is %s, not %s".formatted(state, needed));
        }
    }
}
