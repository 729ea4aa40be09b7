package io.aicc.worker.publish;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.aicc.wire.WireJson;
import io.aicc.wire.event.Channel;
import io.aicc.wire.event.Event;
import io.aicc.wire.event.EventBody;
import io.aicc.wire.event.EventBody.SessionEnded;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The durable events of one session, in order, as the JSON lines that go over the wire: an append-only {@linkplain EventFile file},
 * which a restarted process reads again, and an index in memory. The file is kept whole until the session is over, because a receiver
 * that lost its memory may ask for everything.
 *
 * <p>When the disk or the quota is full, events wait in a small space in memory instead, so that a receiver that is there
 * still gets every word; when that is full too, the new event is dropped and counted. What waits is written as soon as the
 * file takes it, and nothing newer before it: the file is in the order of the sequence numbers. Not thread-safe.
 */
final class Outbox implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Outbox.class);
    /** In the directory of its session. */
    static final String FILE = "events.jsonl";

    private final Limits limits;
    private final SessionIdentity session;
    private final List<Entry> entries = new ArrayList<>();
    private final Map<Channel, Long> finals = new EnumMap<>(Map.of(Channel.CUSTOMER, 0L, Channel.AGENT, 0L));
    private final Sequence sequence;
    private final EventFile file;
    private int residentBytes;
    private int firstResident;
    private volatile boolean full;
    private int begunAt;
    private @Nullable SessionEnded end;

    /**
     * How much it may hold. An index entry takes some 60 bytes of heap.
     *
     * @param bytes in the file
     * @param events in all
     * @param residentBytes in memory while the file takes no more
     */
    record Limits(long bytes, int events, int residentBytes) {
        /** Ten hours of two people who never pause: 14,400 utterances of 3.6 kB, ended by a margin. */
        static final Limits DEFAULT = new Limits(64 << 20, 60_000, 1 << 20);
    }

    /**
     * One event.
     *
     * @param words which it tells of; null when it tells of none
     * @param position in the file, if not resident
     * @param length bytes
     * @param resident the event itself, while the file has not taken it; empty once it has, or every destination
     */
    record Entry(long seq, String type, @Nullable Words words, long position, int length, byte @Nullable [] resident) {
        Entry(Event event, long position, int length, byte @Nullable [] resident) {
            this(event.seq(), event.body().type(), Words.in(event.body()), position, length, resident);
        }

        Entry writtenAt(long place) {
            return new Entry(seq, type, words, place, length, null);
        }

        Entry forgotten() {
            return new Entry(seq, type, words, EventFile.NOWHERE, length, null);
        }

        boolean isFinal() {
            return words != null && words.recognised;
        }

        boolean isResident() {
            return resident != null;
        }
    }

    /** Who said them, from when on, and whether the event has them or says that they are missing. */
    record Words(Channel channel, long startMs, boolean recognised) {
        static @Nullable Words in(EventBody body) {
            if (body instanceof EventBody.TranscriptFinal it) {
                return new Words(it.channel(), it.startMs(), true);
            }
            return body instanceof EventBody.Gap it ? new Words(it.channel(), it.startMs(), false) : null;
        }
    }

    private Outbox(Limits limits, SessionIdentity session, Sequence sequence, EventFile file) {
        this.limits = limits;
        this.session = session;
        this.sequence = sequence;
        this.file = file;
    }

    /**
     * Opens the outbox of a session and takes over what a process before this one left. Does not fail: without a usable
     * directory events wait in memory.
     *
     * @param directory of this session; null when there is none
     * @param session whose events they are, and which sequence numbers they may have
     */
    static Outbox open(@Nullable Path directory, Limits limits, SessionIdentity session) {
        if (directory != null) {
            try {
                Sequence sequence = Sequence.open(directory.resolve("sequence"), session.seqBase());
                EventFile file = EventFile.open(directory.resolve(FILE));
                Outbox outbox = new Outbox(limits, session, sequence, file);
                file.recover(outbox::index);
                return outbox;
            } catch (IOException e) {
                log.atError().setCause(e).log("outbox has no file, events wait in memory");
            }
        }
        return new Outbox(limits, session, Sequence.inMemory(session.seqBase()), EventFile.none());
    }

    private void index(String json, long position, int length) {
        try {
            Event event = Event.parse(json).orElse(null);
            if (event == null || event.seq() <= lastDurableSeq()) {
                return;
            }
            if (session.mayHaveGiven(event.seq())) {
                add(event, new Entry(event, position, length, null));
                sequence.atLeast(event.seq());
            } else {
                log.atWarn()
                        .addKeyValue("position", position)
                        .log("outbox line with a number that nobody gave, skipped");
            }
        } catch (JsonProcessingException e) {
            log.atWarn().addKeyValue("position", position).log("outbox line unreadable, skipped");
        }
    }

    /** The number for the next event, durable or not; never given twice, not even after a restart. */
    long nextSeq() {
        return sequence.next();
    }

    /** The last number given. */
    long lastSeq() {
        return sequence.last();
    }

    /**
     * Keeps an event.
     *
     * @return false when there was no room anywhere, or it is too long for any receiver: {@link #lost} unless it is tried again
     */
    boolean append(Event event) {
        byte[] json = event.toJson().getBytes(StandardCharsets.UTF_8);
        if (json.length <= WireJson.MAX_MESSAGE_CHARS) {
            save();
            long position = residentBytes == 0 ? write(json, entries.size()) : EventFile.NOWHERE;
            if (position != EventFile.NOWHERE) {
                add(event, new Entry(event, position, json.length, null));
                tellRoom();
                return true;
            }
            tellFull(hasRoom(json, entries.size()) ? "disk refused" : "quota reached");
            // The closing event says what is missing: it always has a place.
            if (event.body() instanceof SessionEnded || residentBytes + json.length <= limits.residentBytes) {
                residentBytes += json.length;
                add(event, new Entry(event, EventFile.NOWHERE, json.length, json));
                return true;
            }
        }
        return false;
    }

    /** Counts an event that there was no room for. */
    void lost(EventBody body) {
        sequence.dropped(body instanceof EventBody.TranscriptFinal);
    }

    /** Writes what waits in memory, in order, as far as the file takes it now. */
    void save() {
        if (residentBytes == 0) {
            return;
        }
        for (; firstResident < entries.size(); firstResident++) {
            Entry entry = entries.get(firstResident);
            if (entry.resident != null) {
                long position = write(entry.resident, firstResident);
                if (position == EventFile.NOWHERE) {
                    return;
                }
                entries.set(firstResident, entry.writtenAt(position));
                residentBytes -= entry.length;
            }
        }
        tellRoom();
    }

    private long write(byte[] json, int index) {
        return hasRoom(json, index) ? file.append(json) : EventFile.NOWHERE;
    }

    private boolean hasRoom(byte[] json, int index) {
        return index < limits.events && file.end() + json.length < limits.bytes;
    }

    private void add(Event event, Entry entry) {
        end = event.body() instanceof SessionEnded ending ? ending : null;
        if (event.body() instanceof EventBody.SessionStarted) {
            begunAt = entries.size();
            finals.replaceAll((_, _) -> 0L);
        }
        entries.add(entry);
        if (entry.words != null && entry.words.recognised) {
            finals.merge(entry.words.channel(), 1L, Long::sum);
        }
    }

    private void tellFull(String why) {
        if (!full) {
            full = true;
            log.atError()
                    .addKeyValue("reason", why)
                    .addKeyValue("events", entries.size())
                    .addKeyValue("bytes", file.end())
                    .log("outbox full, events wait in memory while there is room");
        }
    }

    private void tellRoom() {
        if (full) {
            full = false;
            log.atInfo()
                    .addKeyValue("events", entries.size())
                    .addKeyValue("bytes", file.end())
                    .log("outbox has room again, nothing waits in memory any more");
        }
    }

    /** Whether the disk, or the quota, did not take the last event, so that it waits in memory. From any thread. */
    boolean isFull() {
        return full;
    }

    int size() {
        return entries.size();
    }

    Entry entry(int index) {
        return entries.get(index);
    }

    /** Index of the first event after {@code seq}; {@link #size()} when there is none. */
    int indexAfter(long seq) {
        int low = 0;
        int high = entries.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (entries.get(middle).seq() <= seq) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** The JSON of an event; null when it is gone: it waited in memory, and every destination has had it. */
    byte @Nullable [] read(int index) {
        Entry entry = entries.get(index);
        if (entry.position == EventFile.NOWHERE) {
            return entry.resident;
        }
        try {
            return file.read(entry.position, entry.length);
        } catch (IOException e) {
            log.atError().addKeyValue("seq", entry.seq).setCause(e).log("outbox unreadable, event lost");
            sequence.dropped(entry.isFinal());
            return null;
        }
    }

    /** Every destination has everything before {@code index}: what of that waited in memory may go. */
    void deliveredToAll(int index) {
        if (residentBytes == 0) {
            return;
        }
        for (; firstResident < index; firstResident++) {
            Entry entry = entries.get(firstResident);
            if (entry.resident != null) {
                residentBytes -= entry.length;
                entries.set(firstResident, entry.forgotten());
            }
        }
    }

    boolean isEnded() {
        return end != null;
    }

    /** Whether it has a place behind what is here, where a process before this one may have begun the session, or ended it. */
    boolean goesOnWith(EventBody body) {
        if (body instanceof EventBody.SessionStarted) {
            return entries.isEmpty() || (end != null && end.reason().equals(TranscriptPublisher.WORKER_STOPPED));
        }
        return end == null;
    }

    /** Events since the session was last begun, that event included. */
    int sizeSinceBegun() {
        return entries.size() - begunAt;
    }

    /** Final transcripts kept since then, by channel. */
    Map<Channel, Long> finals() {
        return Map.copyOf(finals);
    }

    /** How many finals there are from {@code index} on. */
    long finalsFrom(int index) {
        return finalsFrom(index, _ -> true);
    }

    /** How many of those, and of the dropped ones, only this process knows of. */
    long unsavedFinalsFrom(int index) {
        return finalsFrom(index, Entry::isResident) + (sequence.isSaved() ? 0 : sequence.droppedFinals());
    }

    private long finalsFrom(int index, Predicate<Entry> which) {
        return entries.subList(index, entries.size()).stream()
                .filter(Entry::isFinal)
                .filter(which)
                .count();
    }

    /** Where the earliest words begin of which an event from {@code index} on tells, by channel; without any it is not in it. */
    Map<Channel, Long> firstWordsFrom(int index) {
        return firstWords(index, _ -> true);
    }

    /** The same of those that wait in memory only: with this process they are gone. */
    Map<Channel, Long> firstWordsInMemoryFrom(int index) {
        return firstWords(index, Entry::isResident);
    }

    private Map<Channel, Long> firstWords(int index, Predicate<Entry> which) {
        Map<Channel, Long> starts = new EnumMap<>(Channel.class);
        for (Entry entry : entries.subList(index, entries.size())) {
            if (entry.words != null && which.test(entry)) {
                starts.merge(entry.words.channel(), entry.words.startMs(), Math::min);
            }
        }
        return starts;
    }

    /** Durable events lost for want of room. */
    long dropped() {
        return sequence.dropped();
    }

    /** How many of those were finals. */
    long droppedFinals() {
        return sequence.droppedFinals();
    }

    private long lastDurableSeq() {
        return entries.isEmpty() ? Long.MIN_VALUE : entries.getLast().seq();
    }

    @Override
    public void close() {
        sequence.close();
        file.close();
    }
}
