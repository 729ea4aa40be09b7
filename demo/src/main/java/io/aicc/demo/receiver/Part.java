package io.aicc.demo.receiver;

import io.aicc.demo.receiver.Transcript.Completeness;
import io.aicc.demo.receiver.Transcript.Taken;
import io.aicc.wire.event.Channel;
import io.aicc.wire.event.Event;
import io.aicc.wire.event.EventBody.SessionEnded;
import io.aicc.wire.event.EventBody.SessionStarted;
import io.aicc.wire.event.EventBody.TranscriptFinal;
import io.aicc.wire.event.EventBody.TranscriptInterim;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What one worker of a session has sent: it numbers and counts its own events, whatever others send. Not thread-safe. */
final class Part {
    private final List<Event> durable = new ArrayList<>();
    private final Map<Channel, Event> interims = new EnumMap<>(Channel.class);
    private Optional<SessionStarted> started = Optional.empty();
    private Optional<SessionEnded> ended = Optional.empty();
    private int countedFrom;
    private long lastSeq;
    private long ackedSeq;

    /**
     * Takes an event. They come in the order of their numbers, so whatever is not above the last one has been here before; after a
     * reconnect that is normal.
     *
     * @param room for one more to be held
     */
    Taken take(Event event, boolean room) {
        if (event.seq() <= lastSeq) {
            return Taken.DUPLICATE; // An interim was overtaken by its final, on another connection.
        }
        if (!event.body().durable()) {
            if (event.body() instanceof TranscriptInterim interim) {
                interims.put(interim.channel(), event);
            }
            return Taken.SEEN;
        }
        if (!room) {
            return Taken.REFUSED;
        }
        lastSeq = event.seq();
        switch (event.body()) {
            case SessionStarted start -> {
                // Also a process started again in its place begins to count anew.
                countedFrom = durable.size();
                started = Optional.of(start);
                ended = Optional.empty();
            }
            case SessionEnded end -> ended = Optional.of(end);
            case TranscriptFinal words -> interims.remove(words.channel());
            default -> {}
        }
        durable.add(event);
        return Taken.HELD;
    }

    void acknowledged(long seq) {
        ackedSeq = Math.max(ackedSeq, seq);
    }

    /** Number of the newest event held, 0 for none. */
    long lastSeq() {
        return lastSeq;
    }

    Optional<SessionStarted> started() {
        return started;
    }

    Optional<SessionEnded> ended() {
        return ended;
    }

    /** The durable events, in order. */
    List<Event> durable() {
        return durable;
    }

    /** The utterances that are being spoken. */
    List<Event> interims() {
        return List.copyOf(interims.values());
    }

    Completeness completeness() {
        List<Event> counted = durable.subList(countedFrom, durable.size());
        long held = counted.stream().filter(Part::isFinal).count();
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
}
