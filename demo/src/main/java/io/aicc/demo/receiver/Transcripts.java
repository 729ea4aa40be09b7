package io.aicc.demo.receiver;

import io.aicc.wire.event.Event;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * All sessions that this receiver knows, oldest first. Lives longer than the server in front of it, as a database would.
 * Thread-safe.
 */
public final class Transcripts {
    private static final int MAX_SESSIONS = 500;

    private final InstantSource clock;
    private final Map<String, Transcript> sessions = new LinkedHashMap<>();
    private final List<TranscriptListener> listeners = new CopyOnWriteArrayList<>();

    public Transcripts(InstantSource clock) {
        this.clock = clock;
    }

    /** The session's transcript, a new one if it is the first time that we hear of it. */
    synchronized Transcript open(String sessionId) {
        Transcript known = sessions.get(sessionId);
        if (known != null) {
            return known;
        }
        if (sessions.size() >= MAX_SESSIONS) {
            sessions.values().stream()
                    .filter(it -> it.ended().isPresent())
                    .findFirst()
                    .or(() -> sessions.values().stream().findFirst())
                    .ifPresent(oldest -> sessions.remove(oldest.sessionId()));
        }
        Transcript opened = new Transcript(sessionId);
        sessions.put(sessionId, opened);
        return opened;
    }

    /** Takes an event in and tells the listeners when it is news. */
    Transcript.Taken take(Transcript transcript, int generation, Event event) {
        Transcript.Taken taken = transcript.take(generation, event, clock.instant());
        if (taken == Transcript.Taken.HELD || taken == Transcript.Taken.SEEN) {
            listeners.forEach(it -> it.heard(transcript, event));
        }
        return taken;
    }

    /** All sessions, oldest first. */
    public synchronized List<Transcript> all() {
        return new ArrayList<>(sessions.values());
    }

    /** One session. */
    public synchronized Optional<Transcript> find(String sessionId) {
        return Optional.ofNullable(sessions.get(sessionId));
    }

    /** From now on, tell {@code listener}. */
    public void addListener(TranscriptListener listener) {
        listeners.add(listener);
    }

    void removeListener(TranscriptListener listener) {
        listeners.remove(listener);
    }
}
