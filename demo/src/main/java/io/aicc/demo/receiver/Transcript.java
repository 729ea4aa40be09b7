package io.aicc.demo.receiver;

import io.aicc.wire.event.Channel;
import io.aicc.wire.event.Event;
import io.aicc.wire.event.EventBody;
import io.aicc.wire.event.EventBody.SessionEnded;
import io.aicc.wire.event.EventBody.SessionStarted;
import io.aicc.wire.event.EventBody.TranscriptFinal;
import io.aicc.wire.event.EventBody.TranscriptInterim;
import java.time.Instant;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What this receiver holds of one session. Thread-safe. */
public final class Transcript {
    /** Ten hours of two people who never pause; more is nobody's call. */
    private static final int MAX_EVENTS = 100_000;

    /** Generation of a worker that does not say it: one release older. */
    static final int UNSAID = 0;

    private final String sessionId;
    private final Map<Integer, Part> parts = new HashMap<>();
    private final Map<Channel, Instant> firstWords = new EnumMap<>(Channel.class);
    private String callId = "";
    private Optional<Instant> firstEvent = Optional.empty();
    private long duplicates;

    Transcript(String sessionId) {
        this.sessionId = sessionId;
    }

    /** What became of an event that arrived. */
    enum Taken {
        /** New and held for good. */
        HELD,
        /** Live only: an interim or a sign of life. */
        SEEN,
        /** Held already: sent again because the acknowledgement was lost. */
        DUPLICATE,
        /** No room. */
        REFUSED
    }

    /**
     * Takes an event.
     *
     * @param generation which of the session's workers sent it, {@link #UNSAID} where it does not say that
     */
    synchronized Taken take(int generation, Event event, Instant now) {
        if (firstEvent.isEmpty()) {
            firstEvent = Optional.of(now);
            callId = event.callId();
        }
        noteWords(event.body(), now);
        boolean room =
                parts.values().stream().mapToInt(part -> part.durable().size()).sum() < MAX_EVENTS;
        Taken taken = parts.computeIfAbsent(generation, _ -> new Part()).take(event, room);
        if (taken == Taken.DUPLICATE && event.body().durable()) {
            duplicates++;
        }
        return taken;
    }

    private void noteWords(EventBody body, Instant now) {
        switch (body) {
            case TranscriptInterim it when !it.text().isBlank() -> firstWords.putIfAbsent(it.channel(), now);
            case TranscriptFinal it when !it.text().isBlank() -> firstWords.putIfAbsent(it.channel(), now);
            default -> {}
        }
    }

    /** We told that worker that we hold everything of it up to here. */
    synchronized void acknowledged(int generation, long seq) {
        part(generation).acknowledged(seq);
    }

    private Part part(int generation) {
        return parts.getOrDefault(generation, new Part());
    }

    /** Of the worker that has the call, or had it last: each numbers its events above those of the one before. */
    private Part newest() {
        return parts.values().stream()
                .max(Comparator.comparingLong(Part::lastSeq))
                .orElseGet(Part::new);
    }

    /** UID of the CallSession. */
    public String sessionId() {
        return sessionId;
    }

    /** The PBX's id of the call; empty before the first event. */
    public synchronized String callId() {
        return callId;
    }

    /** Number of the newest event of that worker that is held, 0 for none: what {@code resume} and {@code ack} say. */
    public synchronized long lastSeq(int generation) {
        return part(generation).lastSeq();
    }

    /** Who talks to whom. */
    public synchronized Optional<SessionStarted> started() {
        return newest().started();
    }

    /** How it ended, once it has. */
    public synchronized Optional<SessionEnded> ended() {
        return newest().ended();
    }

    /** When the first event arrived here. */
    public synchronized Optional<Instant> firstEventAt() {
        return firstEvent;
    }

    /** When the first word of a speaker, interim or final, arrived here. */
    public synchronized Optional<Instant> firstWordAt(Channel channel) {
        return Optional.ofNullable(firstWords.get(channel));
    }

    /** The durable events in order, whichever worker sent them. */
    public synchronized List<Event> events() {
        return parts.values().stream()
                .flatMap(part -> part.durable().stream())
                .sorted(Comparator.comparingLong(Event::seq))
                .toList();
    }

    /** The final transcripts of a speaker, in order. */
    public synchronized List<TranscriptFinal> finals(Channel channel) {
        return events().stream()
                .map(Event::body)
                .filter(TranscriptFinal.class::isInstance)
                .map(TranscriptFinal.class::cast)
                .filter(it -> it.channel() == channel)
                .toList();
    }

    /** Events that came more than once. */
    public synchronized long duplicates() {
        return duplicates;
    }

    /** The utterances that are being spoken. */
    synchronized List<Event> interims() {
        return newest().interims();
    }

    /** Compares what is held of the worker that has the call, or had it last, with what its closing event says there is. */
    public synchronized Completeness completeness() {
        return newest().completeness();
    }

    /** The same of any worker of the call. */
    public synchronized Completeness completeness(int generation) {
        return part(generation).completeness();
    }

    /**
     * The proof.
     *
     * @param finalsExpected what the sender counted; empty until the session has ended
     * @param finalsHeld what is here
     * @param finalsAcknowledged what the sender was told is here
     * @param durableExpected all durable events that the sender counted
     * @param durableHeld all durable events that are here
     * @param dropped what the sender says it lost
     */
    public record Completeness(
            Optional<Long> finalsExpected,
            long finalsHeld,
            long finalsAcknowledged,
            Optional<Long> durableExpected,
            long durableHeld,
            long dropped) {
        /** Everything that the worker ever made is here. */
        public boolean isProven() {
            return finalsExpected.filter(it -> it == finalsHeld).isPresent()
                    && durableExpected.filter(it -> it == durableHeld).isPresent()
                    && dropped == 0;
        }
    }
}
