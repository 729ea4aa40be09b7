package io.aicc.demo.played;

import io.aicc.wire.MicroTime;
import io.aicc.wire.control.Acknowledgement;
import io.aicc.wire.control.CallAssignment;
import io.aicc.wire.control.EndOrder;
import io.aicc.wire.control.WorkerReport;
import io.aicc.wire.control.WorkerReport.CallSummary;
import io.aicc.wire.control.WorkerReport.KnownCall;
import io.aicc.wire.control.WorkerReport.State;
import io.aicc.wire.control.WorkerReport.StreamCounters;
import io.aicc.worker.control.CallDesk;
import io.aicc.worker.control.ControlHandler;
import io.aicc.worker.control.ControlToken;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A worker as the operator sees it: the real control channel with the real token check in front of a call that is only
 * played. It hears nothing and says what it is told to say.
 */
public final class PlayedWorker implements CallDesk, AutoCloseable {
    private final PlayedNode node;
    private final String podUid;
    private final int customerPort;
    private final Consumer<CallAssignment> onAssigned;
    private final ControlToken token;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private ControlHandler handler;
    private State state = State.IDLE;
    private boolean gone;
    private boolean drainsByItself = true;
    private boolean hesitates;
    private boolean frozen;
    private boolean refuses;
    private @Nullable CallAssignment call;
    private @Nullable String badSource;
    private @Nullable String readyAt;
    private @Nullable String heardAt;
    private @Nullable EndOrder ended;
    private long undelivered;
    private long waiting;
    private long untranscribedMs;

    PlayedWorker(
            PlayedNode node, String publicKey, String podUid, int customerPort, Consumer<CallAssignment> onAssigned) {
        this.node = node;
        this.podUid = podUid;
        this.customerPort = customerPort;
        this.onAssigned = onAssigned;
        token = new ControlToken(ControlToken.publicKey(publicKey), podUid, Date::new);
        handler = new ControlHandler(token, this);
        node.add(podUid, handler);
    }

    @Override
    public Acknowledgement assign(CallAssignment assignment) throws RefusedException, UnacceptableException {
        lock.lock();
        try {
            answerWhenReady();
            if (refuses) {
                throw new UnacceptableException("no call is good enough");
            }
            if (badSource != null && badSource.equals(assignment.customerSource())) {
                throw new UnacceptableException("not an address: " + badSource);
            }
            if (call != null && !call.sessionUid().equals(assignment.sessionUid())) {
                throw new RefusedException("serves session " + call.sessionUid());
            }
            if (call == null) {
                String told = assignment.readyAt();
                readyAt = told == null ? MicroTime.format(Instant.now()) : told;
            }
            call = assignment;
            onAssigned.accept(assignment);
            if (state == State.IDLE) {
                become(State.ASSIGNED);
            }
            return new Acknowledgement(assignment.sessionUid(), customerPort, customerPort + 1);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void end(EndOrder order) throws RefusedException {
        lock.lock();
        try {
            answerWhenReady();
            if (call == null || !call.sessionUid().equals(order.sessionUid())) {
                throw new RefusedException("does not serve session " + order.sessionUid());
            }
            ended = order;
            if (state != State.DONE) {
                become(drainsByItself ? State.DONE : State.DRAINING);
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public WorkerReport report() {
        lock.lock();
        try {
            while (frozen && !gone) {
                changed.awaitUninterruptibly();
            }
            boolean heard = state.compareTo(State.ACTIVE) >= 0;
            StreamCounters customer = heard ? new StreamCounters(100, 1, 2, Map.of("source", 3L)) : StreamCounters.ZERO;
            StreamCounters agent = heard ? new StreamCounters(90, 0, 0, Map.of()) : StreamCounters.ZERO;
            CallSummary summary = state == State.DONE && call != null
                    ? new CallSummary(4_000, 7, undelivered, 120, ended == null ? "Drained" : ended.reason())
                    : null;
            String session = call == null ? null : call.sessionUid();
            KnownCall known = call == null ? null : KnownCall.of(call, readyAt, heard ? heardAt : null);
            return new WorkerReport(
                    state, session, known, customer, agent, heard ? 7 : 0, waiting, 0L, untranscribedMs, null, summary);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void awaitChange(State known, Duration longest) throws InterruptedException {
        lock.lock();
        try {
            long left = longest.toNanos();
            while (state == known && left > 0 && !gone) {
                left = changed.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    /** So many of its finals will not have reached every receiver. */
    public void givesUp(long finals) {
        lock.lock();
        try {
            undelivered = finals;
        } finally {
            lock.unlock();
        }
    }

    /** So many of its finals are on their way to receivers. */
    public void stillHas(long finals) {
        lock.lock();
        try {
            waiting = finals;
        } finally {
            lock.unlock();
        }
    }

    /** So much of the call's audio has no words. */
    public void recognisesNothingOf(Duration audio) {
        lock.lock();
        try {
            untranscribedMs = audio.toMillis();
        } finally {
            lock.unlock();
        }
    }

    /** Whether orders are not answered: it is there, and very slow. */
    public void hesitates(boolean now) {
        lock.lock();
        try {
            hesitates = now;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Whatever call it is given cannot be served, it says. */
    public void refusesAll() {
        lock.lock();
        try {
            refuses = true;
        } finally {
            lock.unlock();
        }
    }

    /** Whether nothing comes from it any more, as from a process that was stopped. */
    public void freezes(boolean now) {
        lock.lock();
        try {
            frozen = now;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** From now on its report says this. */
    public void says(State now) {
        lock.lock();
        try {
            become(now);
        } finally {
            lock.unlock();
        }
    }

    /** Its process was restarted in place: its streams of reports end, and it knows of no call. */
    public void forgets() {
        lock.lock();
        try {
            handler.close();
            handler = new ControlHandler(token, this);
            node.add(podUid, handler);
            call = null;
            heardAt = null;
            become(State.IDLE);
        } finally {
            lock.unlock();
        }
    }

    /** When told that the call is over, it closes its sockets and then takes its time over the last words. */
    public void takesItsTime() {
        lock.lock();
        try {
            drainsByItself = false;
        } finally {
            lock.unlock();
        }
    }

    /** A call whose customer speaks from there it cannot serve. */
    public void cannotHear(String source) {
        lock.lock();
        try {
            badSource = source;
        } finally {
            lock.unlock();
        }
    }

    /** The call that it was given. */
    public @Nullable CallAssignment call() {
        lock.lock();
        try {
            return call;
        } finally {
            lock.unlock();
        }
    }

    /** How it was told that the call is over. */
    public @Nullable EndOrder ended() {
        lock.lock();
        try {
            return ended;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        node.remove(podUid);
        lock.lock();
        try {
            handler.close();
            gone = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void answerWhenReady() {
        while (hesitates && !gone) {
            changed.awaitUninterruptibly();
        }
    }

    private void become(State now) {
        if (now == State.ACTIVE && heardAt == null) {
            heardAt = MicroTime.format(Instant.now());
        }
        state = now;
        changed.signalAll();
    }
}
