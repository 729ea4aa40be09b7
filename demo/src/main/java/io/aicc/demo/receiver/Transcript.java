package io.aicc.demo.receiver;

import io.aicc.wire.event.Channel;
import io.aicc.wire.event.Event;
import io.aicc.wire.event.EventBody;
import io.aicc.wire.event.EventBody.SessionEnded;
import io.aicc.wire.event.EventBody.SessionStarted;
import io.aicc.wire.event.EventBody.TranscriptFinal;
import io.aicc.wire.event.EventBody.TranscriptInterim;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What this receiver holds of one session. Thread-safe. */
public final class Transcript {
    /** Ten hours of two people who never pause; more is nobody's call. */
    private static final int MAX_EVENTS = 100_000;

    private final String sessionId;
    private final List<Event> durable = new ArrayList<>();
    private final Map<Channel, Event> interims = new EnumMap<>(Channel.class);
    private final Map<Channel, Instant> firstWords = new EnumMap<>(Channel.class);
    private String callId = "";
    private Optional<Instant> firstEvent = Optional.empty();
    private Optional<SessionStarted> started = Optional.empty();
    private Optional<SessionEnded> ended = Optional.empty();
    private int countedFrom;
    private long lastSeq;
    private long ackedSeq;
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
     * Takes an event. They come in the order of their numbers, so whatever is not above the last one has been here before;
     * after a reconnect that is normal.
     */
    synchronized Taken take(Event event, Instant now) {
        if (firstEvent.isEmpty()) {
            firstEvent = Optional.of(now);
            callId = event.callId();
        }
        noteWords(event.body(), now);
        if (!event.body().durable()) {
            if (event.seq() <= lastSeq) {
                return Taken.DUPLICATE; // overtaken by its final, on another connection
            }
            if (event.body() instanceof TranscriptInterim interim) {
                interims.put(interim.channel(), event);
            }
            return Taken.SEEN;
        }
        if (event.seq() <= lastSeq) {
            duplicates++;
            return Taken.DUPLICATE;
        }
        if (durable.size() == MAX_EVENTS) {
            return Taken.REFUSED;
        }
        lastSeq = event.seq();
        switch (event.body()) {
            case SessionStarted start -> {
                // Another worker took over: it counts its own events.
                countedFrom = durable.size();
                started = Optional.of(start);
            }
            case SessionEnded end -> ended = Optional.of(end);
            case TranscriptFinal words -> interims.remove(words.channel());
            default -> {}
        }
        durable.add(event);
        return Taken.HELD;
    }

    private void noteWords(EventBody body, Instant now) {
        switch (body) {
            case TranscriptInterim it when !it.text().isBlank() -> firstWords.putIfAbsent(it.channel(), now);
            case TranscriptFinal it when !it.text().isBlank() -> firstWords.putIfAbsent(it.channel(), now);
            default -> {}
        }
    }

    /** We told the sender that we hold everything up to here. */
    synchronized void acknowledged(long seq) {
        ackedSeq = Math.max(ackedSeq, seq);
    }

    /** UID of the CallSession. */
    public String sessionId() {
        return sessionId;
    }

    /** The PBX's id of the call; empty before the first event. */
    public synchronized String callId() {
        return callId;
    }

    /** Number of the newest event held, 0 for none: what {@code resume} and {@code ack} say. */
    public synchronized long lastSeq() {
        return lastSeq;
    }

    /** Who talks to whom. */
    public synchronized Optional<SessionStarted> started() {
        return started;
    }

    /** How it ended, once it has. */
    public synchronized Optional<SessionEnded> ended() {
        return ended;
    }

    /** When the first event arrived here. */
    public synchronized Optional<Instant> firstEventAt() {
        return firstEvent;
    }

    /** When the first word of a speaker, interim or final, arrived here. */
    public synchronized Optional<Instant> firstWordAt(Channel channel) {
        return Optional.ofNullable(firstWords.get(channel));
    }

    /** The durable events, in order. */
    public synchronized List<Event> events() {
        return List.copyOf(durable);
    }

    /** The final transcripts of a speaker, in order. */
    public synchronized List<TranscriptFinal> finals(Channel channel) {
        return durable.stream()
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
        return List.copyOf(interims.values());
    }

    /** Compares what is held with what the closing event says there is. */
    public synchronized Completeness completeness() {
        List<Event> counted = durable.subList(countedFrom, durable.size());
        long held = counted.stream().filter(Transcript::isFinal).count();
        long acked = counted.stream()
                .filter(it -> isFinal(it) && it.seq() <= ackedSeq)
                .count();
        return new Completeness(
                ended.map(it ->
                        it.finals().values().stream().mapToLong(Long::longValue).sum()),
                held,
                acked,
                ended.map(SessionEnded::durableEvents),
                counted.size(),
                ended.map(SessionEnded::outboxDropped).orElse(0L));
    }

    private static boolean isFinal(Event event) {
        return event.body() instanceof TranscriptFinal;
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
        /** Everything that was ever made is here. */
        public boolean isProven() {
            return finalsExpected.filter(it -> it == finalsHeld).isPresent()
                    && durableExpected.filter(it -> it == durableHeld).isPresent()
                    && dropped == 0;
        }
    }
}
