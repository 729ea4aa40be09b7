package io.aicc.worker.speech;

import io.aicc.wire.event.Channel;

/**
 * Something that recognises speech: in this process, on a server, in a cloud. One engine serves both speakers of the
 * worker's call. Loaded by name when chosen, never otherwise.
 */
public interface SpeechEngine extends AutoCloseable {
    /** Name in settings, events and metrics, {@code sphinx} for example. */
    String name();

    /** What it recognises with, as told to receivers. */
    String model();

    /**
     * Opens a speaker's stream. May take long (models are loaded): called while the worker is still warm.
     *
     * @param language BCP 47 tag
     * @param listener told of results, from whichever thread has them, one call at a time per stream
     * @throws SpeechException when this engine cannot serve; the message says what to change
     */
    SpeechStream open(Channel channel, String language, SpeechListener listener) throws SpeechException;

    /** Whether streams that were opened for one language serve another as well, so that they need not be opened anew. */
    default boolean sameModel(String language, String other) {
        return language.equalsIgnoreCase(other);
    }

    /** Lets go of everything; open streams are closed first by whoever opened them. */
    @Override
    void close();
}
