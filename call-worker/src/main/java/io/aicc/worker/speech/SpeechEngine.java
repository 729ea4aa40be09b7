package io.aicc.worker.speech;

import io.aicc.runtime.Health;
import io.aicc.wire.event.Channel;
import java.util.OptionalInt;

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

    /**
     * The same engine for whole turns, several at a time; closed before the engine is.
     *
     * @throws SpeechException when this engine cannot serve; the message says what to change
     */
    default TurnRecogniser turns(String language) throws SpeechException {
        return new StreamedTurns(this, language);
    }

    /** Threads that recognise whole turns; nothing while there are none, because streams do the work. */
    default OptionalInt turnThreads() {
        return OptionalInt.empty();
    }

    /** Down when it cannot serve any call before somebody changes something; the detail says what. */
    default Health.State health() {
        return Health.State.up(name());
    }

    /** Lets go of everything; open streams are closed first by whoever opened them. */
    @Override
    void close();
}
