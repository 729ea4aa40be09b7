package io.aicc.worker.publish;

import io.aicc.runtime.Backoff;
import io.aicc.runtime.Tasks;
import io.aicc.wire.event.Event;
import io.aicc.wire.event.EventBody;
import io.aicc.wire.event.EventBody.TranscriptFinal;
import io.aicc.wire.event.EventBody.TranscriptInterim;
import io.aicc.wire.event.ReceiverMessage;
import io.netty.channel.EventLoop;
import io.netty.channel.group.ChannelGroup;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Brings one session to one destination, over as many WebSockets as it takes: sends what is in the outbox in order, and of
 * the rest only the newest. Knows nothing of other destinations. All on the event loop.
 *
 * <p>A socket is {@code incoming} until the receiver has said what it has, or has had its time to; then it becomes
 * {@code active} and the one before it is closed. That is all there is to renewing a token: a new socket, while the old one
 * goes on.
 */
final class ReceiverConnection implements ReceiverSocket.Listener, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ReceiverConnection.class);

    /** Durable events that may be under way to a receiver that acknowledges: what a break costs twice at most. */
    static final int WINDOW = 512;

    private final Destination destination;
    private final SessionIdentity session;
    private final Outbox outbox;
    private final Cursor cursor;
    private final EventLoop loop;
    private final ChannelGroup channels;
    private final DeliveryTiming timing;
    private final Tasks tasks;
    private final Route route;
    private final TokenIssuer tokens;
    private final PublishMetrics metrics;
    private final PublishMetrics.OfDestination own;
    private final Runnable progress;
    private final Backoff backoff;
    private final AckWatch ackWatch;

    /** Newest unsent event by what it replaces: a speaker's interims, the heartbeat. */
    private final Map<Object, Event> latest = new HashMap<>();

    private @Nullable ReceiverSocket active;
    private @Nullable ReceiverSocket incoming;
    private int next;
    private long lastSent;
    private long furthest;
    private int failures;
    private boolean toldNotOurs;
    private boolean retrying;
    private boolean closed;
    private Reach reach = Reach.UNKNOWN;
    private volatile int depth;

    private enum Reach {
        UNKNOWN,
        CONNECTED,
        UNREACHABLE,
        REFUSED
    }

    /** What all destinations of a session share. */
    record Shared(
            SessionIdentity session,
            Outbox outbox,
            EventLoop loop,
            ChannelGroup channels,
            DeliveryTiming timing,
            Tasks tasks,
            PublishMetrics metrics,
            Runnable progress) {}

    ReceiverConnection(Destination destination, Route route, TokenIssuer tokens, Cursor cursor, Shared shared) {
        this.destination = destination;
        this.route = route;
        this.tokens = tokens;
        this.cursor = cursor;
        this.session = shared.session();
        this.outbox = shared.outbox();
        this.loop = shared.loop();
        this.channels = shared.channels();
        this.timing = shared.timing();
        this.tasks = shared.tasks();
        this.metrics = shared.metrics();
        this.progress = shared.progress();
        this.backoff = timing.backoff();
        this.own = metrics.of(destination.name(), () -> depth);
        this.lastSent = outbox.lastSeq();
        this.furthest = cursor.acked();
        this.next = deliveredIndex();
        this.depth = outbox.size() - next;
        this.ackWatch = new AckWatch(destination, timing.acknowledge(), cursor.acked(), System.nanoTime());
    }

    void connect() {
        if (closed || incoming != null) {
            return;
        }
        incoming = new ReceiverSocket(loop, channels, destination, tokens.issue(), this);
        incoming.open(session, route, timing, tasks);
    }

    /** An event was made; the durable ones are in the outbox already. */
    void published(Event event) {
        switch (event.body()) {
            case TranscriptInterim interim -> latest.put(interim.channel(), event);
            case EventBody.Heartbeat _ -> latest.put(EventBody.Heartbeat.class, event);
            case TranscriptFinal words -> latest.values().removeIf(it -> isInterimOf(it, words.utteranceId()));
            default -> {}
        }
        depth = outbox.size() - deliveredIndex();
        pump();
    }

    private static boolean isInterimOf(Event event, String utteranceId) {
        return event.body() instanceof TranscriptInterim interim
                && interim.utteranceId().equals(utteranceId);
    }

    /** Looks at the clock: is the token about to expire, is the receiver still there, does it take what it is sent? */
    void tick() {
        boolean owed = active != null && cursor.acknowledges() && deliveredIndex() < next;
        ackWatch.look(System.nanoTime(), cursor.acked(), owed, outbox.size() - deliveredIndex());
        if (active == null) {
            return;
        }
        active.probe(timing);
        if (!retrying && tokens.isDue(active.token())) {
            connect();
        }
    }

    @Override
    public void opened(ReceiverSocket socket) {
        loop.schedule(() -> begin(socket, null), timing.resumeWait().toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void said(ReceiverSocket socket, ReceiverMessage message) {
        switch (message) {
            case ReceiverMessage.Ack ack -> acknowledged(socket, ack.seq());
            case ReceiverMessage.Resume resume -> resumed(socket, resume.lastSeq());
        }
    }

    private void acknowledged(ReceiverSocket socket, long seq) {
        if (seq < 0) {
            own.badReplies().increment();
            return;
        }
        if (seq > lastSent) {
            notOurs(seq, lastSent);
            return;
        }
        if (socket != active && socket != incoming) {
            return; // the socket after it has said where it stands
        }
        has(Math.max(seq, cursor.acked()));
        progressed();
        pump();
    }

    private void resumed(ReceiverSocket socket, long seq) {
        if (seq > outbox.lastSeq()) {
            notOurs(seq, outbox.lastSeq());
            return;
        }
        if (seq < 0 || !socket.firstResume()) {
            own.badReplies().increment();
            return;
        }
        has(seq);
        if (socket == incoming) {
            begin(socket, seq);
        } else if (socket == active) {
            next = outbox.indexAfter(seq); // it took longer than we waited
        }
        progressed();
        pump();
    }

    /** Only what it never had before is a reason to come back to it at once, should it break off. */
    private void has(long seq) {
        cursor.acknowledged(seq);
        if (seq > furthest) {
            furthest = seq;
            failures = 0;
        }
    }

    /**
     * So says who has one place for all workers of the call where a later one was there first: it takes our events for repetitions.
     * It has told us nothing of them, and is none of those who never tell anything.
     */
    private void notOurs(long seq, long last) {
        own.badReplies().increment();
        cursor.answered();
        progressed();
        if (!toldNotOurs) {
            toldNotOurs = true;
            log.atWarn()
                    .addKeyValue("destination", destination.name())
                    .addKeyValue("client_id", destination.clientId())
                    .addKeyValue("answered", seq)
                    .addKeyValue("last_sent", last)
                    .log(
                            "receiver answers with a number above all that it was sent, events wait: does it keep its place by"
                                    + " Aicc-Generation?");
        }
    }

    /** The socket becomes the one that events go to; without a word from the receiver they go on where they stopped. */
    private void begin(ReceiverSocket socket, @Nullable Long resumeSeq) {
        if (socket != incoming) {
            return;
        }
        if (active != null) {
            active.close();
        }
        active = socket;
        incoming = null;
        next = outbox.indexAfter(resumeSeq != null ? resumeSeq : cursor.delivered());
        reached(Reach.CONNECTED, null);
        pump();
    }

    @Override
    public void saidNonsense(ReceiverSocket socket) {
        own.badReplies().increment();
    }

    @Override
    public void writable(ReceiverSocket socket) {
        pump();
    }

    @Override
    public void closed(ReceiverSocket socket, Parting parting) {
        if (socket == active) {
            active = null;
            if (socket.livedLongerThan(timing.maxBackoff())) {
                failures = 0;
            }
        }
        if (socket == incoming) {
            incoming = null;
        }
        if (closed) {
            return;
        }
        switch (parting.kind()) {
            case TOKEN_REFUSED, EVENTS_REFUSED -> {
                own.refused().increment();
                reached(Reach.REFUSED, parting);
            }
            case BROKEN, BUSY -> {
                if (active == null) {
                    reached(Reach.UNREACHABLE, parting);
                }
            }
        }
        if (incoming == null && !retrying) {
            retry(parting.pause());
        }
    }

    private void retry(Duration atLeast) {
        retrying = true;
        long pause = atLeast.plus(backoff.after(++failures)).toMillis();
        loop.schedule(
                () -> {
                    retrying = false;
                    own.reconnects().increment();
                    connect();
                },
                pause,
                TimeUnit.MILLISECONDS);
    }

    /** Says once where we stand, not at every attempt. */
    private void reached(Reach now, @Nullable Parting parting) {
        if (reach == now) {
            return;
        }
        reach = now;
        if (parting == null) {
            log.atInfo().addKeyValue("destination", destination.name()).log("receiver connected");
            return;
        }
        log.atLevel(now == Reach.REFUSED ? Level.ERROR : Level.WARN)
                .addKeyValue("destination", destination.name())
                .addKeyValue("client_id", destination.clientId())
                .addKeyValue("reason", parting.why())
                .log(
                        switch (parting.kind()) {
                            case BROKEN -> "receiver unreachable, events wait";
                            case BUSY -> "receiver busy, events wait";
                            case TOKEN_REFUSED -> "receiver refused our token, events wait: check client id and key";
                            case EVENTS_REFUSED ->
                                "receiver does not understand our events, they wait: check its version";
                        });
    }

    /** Sends while there is something to send and room for it, in the order of the sequence numbers. */
    private void pump() {
        ReceiverSocket socket = active;
        if (socket == null) {
            return;
        }
        boolean wrote = false;
        while (socket.isWritable()) {
            Event live = latest.isEmpty() ? null : oldestOfTheLatest();
            boolean more = next < outbox.size();
            if (live != null && !(more && outbox.entry(next).seq() < live.seq())) {
                latest.values().remove(live);
                send(
                        socket,
                        live.toJson().getBytes(StandardCharsets.UTF_8),
                        live.body().type(),
                        live.seq(),
                        false);
            } else if (more && hasRoomInWindow()) {
                Outbox.Entry entry = outbox.entry(next);
                byte[] json = outbox.read(next++);
                if (json == null) {
                    cursor.written(entry.seq());
                    continue;
                }
                send(socket, json, entry.type(), entry.seq(), true);
            } else {
                break;
            }
            wrote = true;
        }
        if (wrote) {
            socket.flush();
        }
    }

    private Event oldestOfTheLatest() {
        return latest.values().stream()
                .min(Comparator.comparingLong(Event::seq))
                .orElseThrow();
    }

    private boolean hasRoomInWindow() {
        return !cursor.acknowledges() || next - outbox.indexAfter(cursor.acked()) < WINDOW;
    }

    private void send(ReceiverSocket socket, byte[] json, String type, long seq, boolean durable) {
        lastSent = Math.max(lastSent, seq);
        socket.write(json, () -> {
            metrics.sent(type);
            if (durable) {
                cursor.written(seq);
                progressed();
            }
        });
    }

    private void progressed() {
        depth = outbox.size() - deliveredIndex();
        progress.run();
    }

    /** Index in the outbox of the first event that has not been delivered here. */
    int deliveredIndex() {
        return outbox.indexAfter(cursor.delivered());
    }

    @Override
    public void close() {
        closed = true;
        if (incoming != null) {
            incoming.close();
        }
        if (active != null) {
            active.close();
        }
        cursor.close();
    }
}
