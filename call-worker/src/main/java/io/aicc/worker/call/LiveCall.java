package io.aicc.worker.call;

import io.aicc.wire.MicroTime;
import io.aicc.wire.control.Acknowledgement;
import io.aicc.wire.control.CallAssignment;
import io.aicc.wire.control.CoveredUntil;
import io.aicc.wire.control.EndOrder;
import io.aicc.wire.control.WorkerReport;
import io.aicc.wire.control.WorkerReport.CallSummary;
import io.aicc.wire.control.WorkerReport.KnownCall;
import io.aicc.wire.control.WorkerReport.State;
import io.aicc.wire.event.Channel;
import io.aicc.wire.event.EventBody;
import io.aicc.worker.control.CallDesk;
import io.aicc.worker.publish.Coverage;
import io.aicc.worker.publish.MissingFinals;
import io.aicc.worker.publish.SessionIdentity;
import io.aicc.worker.publish.TranscriptPublisher;
import io.aicc.worker.rtp.MediaPlan;
import io.aicc.worker.rtp.SourceRule;
import io.aicc.worker.speech.SpeechException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * The one call of a worker's life, as a state machine that only moves forward: idle, assigned, active, draining, done.
 * Whatever the order in which commands come, each has one outcome. Thread-safe.
 */
public final class LiveCall implements CallDesk, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(LiveCall.class);

    /** Reasons of gaps for which neither the network nor another worker is to blame. */
    private static final Set<String> UNTRANSCRIBED = Set.of("overload", "stt_failed");

    private final WorkerParts parts;
    private final Consumer<CallAssignment> onCall;
    private final Level news;
    private final Latencies latencies = new Latencies();
    private final Voices voices;
    private State state = State.IDLE;
    private @Nullable Running call;
    private @Nullable CallSummary summary;
    private long transcripts;
    private long untranscribedMs;
    private @Nullable Instant heardAt;
    private @Nullable Thread drain;
    private boolean stopping;

    /**
     * What exists once the call is assigned.
     *
     * @param assignment as it was told last
     */
    private record Running(
            CallAssignment assignment, TranscriptPublisher publisher, Instant ready, CallHappenings happenings) {
        Running with(CallAssignment again) {
            return new Running(again, publisher, ready, happenings);
        }
    }

    /**
     * Warms up: the engine's streams are opened for the language that calls usually have.
     *
     * @param onCall told of the call when there is one, before anything is logged of it
     * @throws SpeechException when the engine cannot serve
     */
    public static LiveCall real(WorkerParts parts, Consumer<CallAssignment> onCall) throws SpeechException {
        return new LiveCall(parts, onCall, Level.INFO);
    }

    /** The same for a call that is only played: who reads the log for calls does not meet it. */
    public static LiveCall played(WorkerParts parts) throws SpeechException {
        return new LiveCall(parts, _ -> {}, Level.DEBUG);
    }

    private LiveCall(WorkerParts parts, Consumer<CallAssignment> onCall, Level news) throws SpeechException {
        this.parts = parts;
        this.onCall = onCall;
        this.news = news;
        this.voices = new Voices(parts, this::publish, this::finished, this::heard);
        voices.open(parts.settings().language());
    }

    @Override
    public synchronized Acknowledgement assign(CallAssignment assignment)
            throws RefusedException, UnacceptableException {
        Running running = call;
        if (running == null && stopping) {
            throw new RefusedException("worker is stopping");
        } else if (running == null) {
            begin(assignment);
        } else if (!running.assignment().sessionUid().equals(assignment.sessionUid())) {
            throw new RefusedException("worker serves session "
                    + running.assignment().sessionUid() + ", asked to serve " + assignment.sessionUid());
        } else if (state == State.DRAINING || state == State.DONE) {
            throw new RefusedException("session " + assignment.sessionUid() + " is over");
        } else {
            running.happenings().tell(assignment.callEvents());
            parts.receiver().retap(customerRule(assignment), agentRule(assignment));
            call = running.with(assignment);
        }
        return new Acknowledgement(
                assignment.sessionUid(),
                parts.receiver().localPort(Channel.CUSTOMER),
                parts.receiver().localPort(Channel.AGENT));
    }

    private void begin(CallAssignment assignment) throws UnacceptableException {
        SourceRule customer = customerRule(assignment);
        SourceRule agent = agentRule(assignment);
        try {
            voices.open(assignment.language());
        } catch (SpeechException e) {
            throw new UnacceptableException(String.valueOf(e.getMessage()));
        }
        TranscriptPublisher publisher = TranscriptPublisher.open(
                identity(assignment), parts.outputs(), parts.tasks(), parts.registry(), parts.clock());
        try {
            call = begin(assignment, publisher, customer, agent);
        } catch (UnacceptableException | RuntimeException e) {
            publisher.close();
            throw e;
        }
        onCall.accept(assignment);
        moveTo(State.ASSIGNED);
        log.atLevel(news).addKeyValue("session", assignment.sessionName()).log("call assigned");
    }

    private SessionIdentity identity(CallAssignment assignment) {
        Instant now = parts.clock().instant();
        Duration served = Duration.between(parse(assignment.readyAt(), now), now);
        return new SessionIdentity(
                assignment.callId(), assignment.sessionUid(), assignment.generation(), served.toMillis());
    }

    /** Nobody is told of the call before it is heard: should that fail, another worker has it from its beginning. */
    private Running begin(
            CallAssignment assignment, TranscriptPublisher publisher, SourceRule customer, SourceRule agent)
            throws UnacceptableException {
        Instant now = parts.clock().instant();
        Coverage before = publisher.before().orElse(null);
        Instant ready = before != null ? before.ready() : parse(assignment.readyAt(), now);
        MediaPlan plan = plan(assignment, customer, agent, Duration.between(ready, now));
        CallHappenings happenings = new CallHappenings(publisher::publish, ready, assignment.lastHeardAt());
        for (Channel channel : Channel.values()) {
            opening(channel, assignment, before, ready, earlierOf(now, assignment.endedAt()))
                    .ifPresent(voices.line(channel)::opens);
        }
        parts.receiver().hear(plan, voices.line(Channel.CUSTOMER), voices.line(Channel.AGENT));
        // What is heard from here on waits for our monitor, so this is first.
        publisher.publish(new EventBody.SessionStarted(
                assignment.customerNumber(), assignment.agentId(), assignment.language(), assignment.generation()));
        publisher.follow(() -> voices.coverage(ready));
        happenings.tell(assignment.callEvents());
        return new Running(assignment, publisher, ready, happenings);
    }

    /** What a process knows of its life before counts most, then what the worker before said, then what the operator knows. */
    private static Optional<Opening> opening(
            Channel channel, CallAssignment assignment, @Nullable Coverage before, Instant ready, Instant now) {
        long listeningMs = ms(ready, now);
        if (before != null) {
            return Optional.of(Opening.replaced(ms(ready, before.until(channel)), listeningMs));
        } else if (assignment.coveredUntil() != null) {
            return Optional.of(
                    Opening.replaced(ms(ready, assignment.coveredUntil().until(channel)), listeningMs));
        } else if (assignment.lastHeardAt() != null) {
            return Optional.of(Opening.replaced(ms(ready, parse(assignment.lastHeardAt(), now)), listeningMs));
        } else if (assignment.requestedAt() != null) {
            return Optional.of(Opening.notReady(ms(ready, parse(assignment.requestedAt(), now)), listeningMs));
        }
        return Optional.empty();
    }

    private static long ms(Instant ready, Instant at) {
        return Duration.between(ready, at).toMillis();
    }

    private static Instant parse(@Nullable String time, Instant otherwise) {
        return time == null ? otherwise : MicroTime.parse(time);
    }

    @Override
    public synchronized void end(EndOrder order) throws RefusedException {
        Running running = call;
        if (running == null || !running.assignment().sessionUid().equals(order.sessionUid())) {
            throw new RefusedException("worker does not serve session " + order.sessionUid());
        }
        startDrain(running, order.reason(), order.at());
    }

    private void startDrain(Running running, String reason, @Nullable String endedAt) {
        if (drain == null) {
            drain = parts.tasks().start("drain", () -> drain(running, reason, endedAt));
        }
    }

    /** Nobody's clock makes a call longer than it was here. */
    private static Instant earlierOf(Instant now, @Nullable String told) {
        Instant other = told == null ? now : MicroTime.parse(told);
        return other.isBefore(now) ? other : now;
    }

    /** The media end first, so that the ports are free long before the last word is delivered. */
    private void drain(Running running, String reason, @Nullable String endedAt) throws InterruptedException {
        Instant ended = earlierOf(parts.clock().instant(), endedAt);
        Deadline deadline = new Deadline(parts.settings().drain());
        voices.over(ms(running.ready(), ended));
        parts.receiver().closeSockets();
        if (!parts.receiver().awaitClosed(deadline.left())) {
            log.atError().log("media sockets do not close");
        }
        synchronized (this) {
            moveTo(State.DRAINING);
        }
        boolean heardAll = parts.receiver().awaitEnd(deadline.left()) && voices.awaitFinals(deadline);
        if (!heardAll) {
            log.atError()
                    .addKeyValue("limit", parts.settings().drain())
                    .log("last words given up: not transcribed in time");
            voices.giveUp();
        }
        Duration duration = ended.isBefore(running.ready()) ? Duration.ZERO : Duration.between(running.ready(), ended);
        running.publisher().publish(new EventBody.SessionEnded(reason, duration.toMillis(), Map.of(), 0, 0));
        long undelivered = running.publisher().drain(deadline.left());
        synchronized (this) {
            summary = new CallSummary(duration.toMillis(), transcripts, undelivered, latencies.median(), reason);
            moveTo(State.DONE);
        }
        log.atLevel(news)
                .addKeyValue("reason", reason)
                .addKeyValue("transcripts", transcripts)
                .addKeyValue("undelivered", undelivered)
                .log("call done");
    }

    @Override
    public synchronized WorkerReport report() {
        Running running = call;
        MissingFinals missing =
                running == null ? MissingFinals.NONE : running.publisher().missingFinals();
        return new WorkerReport(
                state,
                running == null ? null : running.assignment().sessionUid(),
                running == null ? null : known(running),
                parts.receiver().counters(Channel.CUSTOMER),
                parts.receiver().counters(Channel.AGENT),
                transcripts,
                missing.all(),
                missing.unsaved(),
                untranscribedMs,
                running == null ? null : coveredUntil(running.publisher().deliveredCoverage()),
                summary);
    }

    private KnownCall known(Running running) {
        return KnownCall.of(
                running.assignment(),
                MicroTime.format(running.ready()),
                heardAt == null ? null : MicroTime.format(heardAt));
    }

    private static @Nullable CoveredUntil coveredUntil(@Nullable Coverage coverage) {
        return coverage == null
                ? null
                : new CoveredUntil(
                        MicroTime.format(coverage.until(Channel.CUSTOMER)),
                        MicroTime.format(coverage.until(Channel.AGENT)));
    }

    @Override
    public synchronized void awaitChange(State known, Duration longest) throws InterruptedException {
        if (state == known) {
            wait(longest.toMillis());
        }
    }

    /** Ends a live call in order, words included, then lets go of everything. */
    @Override
    public void close() throws InterruptedException {
        Thread draining;
        synchronized (this) {
            stopping = true;
            if (call != null) {
                startDrain(call, TranscriptPublisher.WORKER_STOPPED, null);
            }
            draining = drain;
        }
        if (draining != null) {
            draining.join();
        }
        parts.receiver().closeSockets();
        voices.close();
        Running running;
        synchronized (this) {
            running = call;
        }
        if (running != null) {
            running.publisher().close();
        }
    }

    private void publish(EventBody event) {
        Running running;
        synchronized (this) {
            running = call;
            if (event instanceof EventBody.Gap gap && UNTRANSCRIBED.contains(gap.reason())) {
                untranscribedMs += gap.endMs() - gap.startMs();
            }
        }
        if (running != null) {
            running.publisher().publish(event);
        }
    }

    private synchronized void finished(Duration latency) {
        transcripts++;
        latencies.add(latency.toMillis());
    }

    private synchronized void heard() {
        if (state == State.ASSIGNED) {
            heardAt = parts.clock().instant();
            moveTo(State.ACTIVE);
        }
    }

    private void moveTo(State next) {
        state = next;
        notifyAll();
    }

    private static MediaPlan plan(CallAssignment assignment, SourceRule customer, SourceRule agent, Duration sinceReady)
            throws UnacceptableException {
        try {
            return new MediaPlan(assignment.codec(), customer, agent, sinceReady);
        } catch (IllegalArgumentException e) {
            throw new UnacceptableException(String.valueOf(e.getMessage()));
        }
    }

    private SourceRule customerRule(CallAssignment assignment) throws UnacceptableException {
        return rule(assignment.customerSource());
    }

    private SourceRule agentRule(CallAssignment assignment) throws UnacceptableException {
        return rule(assignment.agentSource());
    }

    private SourceRule rule(@Nullable String exact) throws UnacceptableException {
        try {
            return exact == null ? parts.settings().allowedSources() : SourceRule.exact(exact);
        } catch (IllegalArgumentException e) {
            throw new UnacceptableException(String.valueOf(e.getMessage()));
        }
    }
}
