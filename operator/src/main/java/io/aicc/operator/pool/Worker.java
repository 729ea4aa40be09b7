package io.aicc.operator.pool;

import io.aicc.operator.control.Answer;
import io.aicc.operator.control.WorkerChannel;
import io.aicc.operator.port.PortPair;
import io.aicc.wire.control.Acknowledgement;
import io.aicc.wire.control.CallAssignment;
import io.aicc.wire.control.EndOrder;
import io.aicc.wire.control.WorkerReport;
import io.aicc.wire.control.WorkerReport.KnownCall;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A worker as it is known here: its pod, its ports, what it last reported and which session it is for. Read by anyone;
 * changed only by its {@link WarmPool}, under that pool's lock, but for what it was told: its session notes that.
 */
public final class Worker {
    private static final String NO_ADDRESS = "the pod has no address";

    /** How long a worker that has a call may say nothing before that is told. */
    static final Duration SILENT = Duration.ofSeconds(10);

    /** The same for one that we have not heard yet: a new leader connects to thousands, one after the other. */
    static final Duration UNHEARD = Duration.ofSeconds(30);

    private final String pod;
    private final String uid;
    private final PortPair ports;
    private final String revision;
    private final Instant seenAt;
    private final Refusals refusals = new Refusals();
    private volatile String host = "";
    private String reason = "";
    private volatile @Nullable WorkerChannel channel;
    private volatile @Nullable WorkerReport report;
    private volatile @Nullable String session;
    private volatile @Nullable KnownCall acknowledged;
    private volatile int acknowledgedOn = -1;
    private volatile boolean recorded;
    private volatile @Nullable Instant restartRecordedAt;
    private volatile boolean toldToEnd;
    private volatile Instant heardAt;
    private volatile @Nullable Instant audioAt;
    private volatile @Nullable Instant mediaClosedAt;
    private volatile boolean podReady;
    private volatile boolean leaving;
    private @Nullable Silence unanswered;
    private int sessions;
    private boolean queued;
    private boolean proven;
    private @Nullable Instant unwellSince;
    private boolean deletionOrdered;
    private boolean marked;
    private boolean seenMarked;
    private boolean knownSilent;

    Worker(String pod, String uid, PortPair ports, String revision, Instant seenAt) {
        this.pod = pod;
        this.uid = uid;
        this.ports = ports;
        this.revision = revision;
        this.seenAt = seenAt;
        this.heardAt = seenAt;
    }

    /**
     * Told of its call in vain.
     *
     * @param since when it was told first
     * @param times how often by now
     */
    record Silence(Instant since, int times) {}

    /** Name of the pod. */
    public String pod() {
        return pod;
    }

    /** UID of the pod. */
    public String uid() {
        return uid;
    }

    /** The two ports that its sockets are bound to. */
    public PortPair ports() {
        return ports;
    }

    /** IP address that RTP must be sent to. */
    public String host() {
        return host;
    }

    /** Whether it says that it serves this session. */
    public boolean serves(String session) {
        WorkerReport said = report();
        return said != null && session.equals(said.sessionUid());
    }

    /** What it last said; null before its first report. */
    public @Nullable WorkerReport report() {
        return report;
    }

    /** Whether it has said nothing for so long that it may not hear its call either. */
    public boolean silent(Instant now) {
        return now.isAfter(heardAt.plus(report == null ? UNHEARD : SILENT));
    }

    /** What it knows of its call, as it last acknowledged to us or else says itself; null when it has none, or says so. */
    public @Nullable KnownCall known() {
        KnownCall ours = acknowledged;
        WorkerReport said = report;
        return ours != null || said == null || is(WorkerReport.State.IDLE) ? ours : said.known();
    }

    /** Whether a record says, or has said, that it serves its session. */
    public boolean recorded() {
        return recorded;
    }

    /** The record says so now. */
    public void markRecorded() {
        recorded = true;
    }

    /**
     * Whether it is idle though it had a call: its process was started again. What it says on the stream on which it took the
     * call it said before, and that has only been under way for long.
     */
    public boolean restarted() {
        return is(WorkerReport.State.IDLE) && streams() > acknowledgedOn;
    }

    /** Whether a record was written of a restart so short a time ago. */
    public boolean restartsWithin(Duration pace, Instant now) {
        Instant last = restartRecordedAt;
        return last != null && now.isBefore(last.plus(pace));
    }

    /** The record says that it was restarted. */
    public void restartRecorded(Instant at) {
        restartRecordedAt = at;
    }

    private int streams() {
        WorkerChannel open = channel;
        return open == null ? 0 : open.streams();
    }

    /** "This call is yours"; may be repeated. Waits for the answer. */
    public Answer<Acknowledgement> assign(CallAssignment call) {
        WorkerChannel open = channel;
        int stream = streams();
        Answer<Acknowledgement> answer = open == null ? new Answer.Unreachable<>(NO_ADDRESS) : open.assign(call);
        if (answer instanceof Answer.Obeyed) {
            acknowledged = KnownCall.of(call, call.readyAt(), null);
            acknowledgedOn = stream;
            refusals.clear();
        } else if (answer instanceof Answer.Refused<Acknowledgement> refusal && isAgainst(refusal)) {
            refusals.add(call.sessionUid());
        }
        return answer;
    }

    /** Whether a refusal speaks against it: it is not the call's fault, and there is no call that it says it has. */
    private boolean isAgainst(Answer.Refused<Acknowledgement> refusal) {
        return !refusal.callsFault() && !refusal.deposed() && !(refusal.conflict() && hasCall());
    }

    private boolean hasCall() {
        WorkerReport said = report;
        return said != null && said.sessionUid() != null;
    }

    /** Whether it refuses whatever call it is given. */
    public boolean refusesAll() {
        return refusals.areOfTheWorker();
    }

    /** A session that it refused was taken by another worker. */
    void takenByAnother(String session) {
        if (!hasCall()) {
            refusals.takenByAnother(session);
        }
    }

    /** "The call is over"; may be repeated. Waits for the answer. */
    public Answer<String> end(EndOrder order) {
        WorkerChannel open = channel;
        Answer<String> answer = open == null ? new Answer.Unreachable<>(NO_ADDRESS) : open.end(order);
        if (answer instanceof Answer.Obeyed) {
            toldToEnd = true;
        }
        return answer;
    }

    /** Whether it acknowledged that the call is over, or knows by itself. */
    public boolean toldToEnd() {
        return toldToEnd || finishing();
    }

    /** When a packet was last counted, as far as reports tell, or the worker was idle. */
    public @Nullable Instant audioAt() {
        return audioAt;
    }

    /** When its sockets were known to be closed; null while they are open. */
    public @Nullable Instant mediaClosedAt() {
        return mediaClosedAt;
    }

    /** Whether the pod is on its way out, or about to be. */
    public boolean leaving() {
        return leaving;
    }

    /** The session it was claimed for or says it serves; null while it is nobody's. */
    public @Nullable String session() {
        return session;
    }

    /** Whether it said this of itself last. */
    public boolean is(WorkerReport.State state) {
        WorkerReport last = report;
        return last != null && last.state() == state;
    }

    /** Whether its sockets are closed, or were never of use again. */
    public boolean finishing() {
        return is(WorkerReport.State.DRAINING) || is(WorkerReport.State.DONE);
    }

    /** Whether a caller can be given to it now. */
    boolean ready() {
        WorkerChannel open = channel;
        return podReady && !leaving && session == null && is(WorkerReport.State.IDLE) && open != null && open.heard();
    }

    /** Whether it may yet become ready. */
    boolean starting() {
        return !leaving && session == null && !finishing() && !queued;
    }

    /** Whether it ever was for a session. */
    boolean wasClaimed() {
        return sessions > 0;
    }

    /** How often it was for another session than before. */
    int sessions() {
        return sessions;
    }

    /** Whether it fell silent, or speaks again, since this was asked last. */
    boolean voiceChanged(Instant now) {
        boolean before = knownSilent;
        knownSilent = silent(now);
        return before != knownSilent;
    }

    /** It was told of its call then, and did not answer. */
    Silence unanswered(Instant told) {
        Silence before = unanswered;
        Silence now = before == null ? new Silence(told, 1) : new Silence(before.since(), before.times() + 1);
        unanswered = now;
        return now;
    }

    void answered() {
        unanswered = null;
    }

    /** Whether it lives: it has reported since then, and does. */
    boolean spokeSince(Instant then) {
        WorkerChannel open = channel;
        return heardAt.isAfter(then) && open != null && open.heard();
    }

    boolean queued() {
        return queued;
    }

    void queued(boolean value) {
        queued = value;
        if (value) {
            proven = true;
            unwellSince = null;
        }
    }

    /** Whether it was ready once. */
    boolean proven() {
        return proven;
    }

    /** Since when an idle worker that was ready is not; the moment of the first look at it. */
    Instant unwellSince(Instant now) {
        Instant since = Objects.requireNonNullElse(unwellSince, now);
        unwellSince = since;
        return since;
    }

    boolean deletionOrdered() {
        return deletionOrdered;
    }

    void deletionOrdered(boolean value) {
        deletionOrdered = value;
    }

    /** Whether its pod says that it has a call, or soon will. */
    boolean marked() {
        return marked;
    }

    void marked(boolean value) {
        marked = value;
    }

    /** What the watch shows of it; what it showed before and shows no more somebody took off. */
    void seenMarked(boolean value) {
        marked = value || marked && !seenMarked;
        seenMarked = value;
    }

    /** What its pod was made from, see {@link WorkerPodFactory#revision}. */
    String revision() {
        return revision;
    }

    Instant seenAt() {
        return seenAt;
    }

    /** Why its pod is not up, as Kubernetes says, or how far it is. */
    String reason() {
        return reason;
    }

    void reason(String value) {
        reason = value;
    }

    void host(String value) {
        host = value;
    }

    @Nullable
    WorkerChannel channel() {
        return channel;
    }

    void channel(WorkerChannel value) {
        channel = value;
    }

    void podReady(boolean value) {
        podReady = value;
    }

    void leave() {
        leaving = true;
    }

    void session(@Nullable String value) {
        session = value;
        if (value != null) {
            sessions++;
        }
    }

    /** Takes a report in. */
    void heard(WorkerReport now, Instant at) {
        WorkerReport before = report;
        report = now;
        heardAt = at;
        if (now.state() == WorkerReport.State.IDLE && before != null && before.state() != now.state()) {
            acknowledged = null; // Restarted in place: it knows nothing of its call.
            toldToEnd = false;
        }
        boolean idle = now.state() == WorkerReport.State.IDLE; // Silence begins with a call.
        if (idle || before == null || received(now) != received(before)) { // Less than before: restarted, and hears.
            audioAt = at;
        }
        if (finishing() && mediaClosedAt == null) {
            mediaClosedAt = at;
        } else if (!finishing()) {
            mediaClosedAt = null;
        }
    }

    private static long received(WorkerReport report) {
        return report.customer().received() + report.agent().received();
    }
}
