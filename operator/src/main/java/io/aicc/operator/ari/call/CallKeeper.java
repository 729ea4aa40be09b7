package io.aicc.operator.ari.call;

import io.aicc.crd.CallSession;
import io.aicc.crd.CallSessionSpec.EndMark;
import io.aicc.crd.CallSessionSpec.PbxReference;
import io.aicc.operator.ari.call.CallMetrics.Leak;
import io.aicc.operator.ari.pbx.Conversation;
import io.aicc.operator.ari.pbx.Conversation.EndReason;
import io.aicc.operator.ari.pbx.Conversation.Stage;
import io.aicc.operator.ari.pbx.PbxEvent.Signal;
import io.aicc.wire.MicroTime;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Looks after one customer's call from the first ring until nothing of it is left in the PBX: compares what the PBX shows and
 * what the CallSession says with what should be, and does what is missing, as often as it takes. Thread-safe; does one thing
 * at a time.
 */
final class CallKeeper {
    private static final Logger log = LoggerFactory.getLogger(CallKeeper.class);

    private final Tools tools;
    private final Consumer<CallKeeper> onDone;
    private final InOrder turn;
    private final Taps taps;
    private final Place place;
    private final SessionRequest request;
    private final Attempts attempts;
    private final NextLook next;
    private final Alone alone;
    private final String origin;
    private final String firstName;
    private final AtomicReference<@Nullable Picture> latest = new AtomicReference<>();
    private volatile String callId;
    private volatile String name;
    private volatile boolean owner;

    // Touched in turn only.
    private @Nullable Picture noted;
    private int round = 1;
    private @Nullable CallRecord record;
    private @Nullable EndMark ending;
    private boolean talked;
    private @Nullable Instant dueSince;
    private boolean done;

    /**
     * @param origin id of the channel that the call began with
     * @param callId as the call's session says it, or will
     * @param name of the CallSession, whether it exists or not; another call's may have it
     * @param onDone told when nothing is left to do
     */
    CallKeeper(String origin, String callId, String name, Tools tools, Consumer<CallKeeper> onDone) {
        this.origin = origin;
        this.callId = callId;
        this.name = name;
        this.firstName = name;
        this.tools = tools;
        this.onDone = onDone;
        this.turn = new InOrder(tools.threads(), this::about);
        this.taps = new Taps(tools.pbx(), tools.metrics());
        this.place = new Place(tools.budget(), tools.metrics());
        this.request = new SessionRequest(tools, place);
        this.attempts = new Attempts(tools.metrics());
        this.next = new NextLook(tools, turn, this::settle);
        this.alone = new Alone(tools.policy().alone(), tools.steady(), tools.heardUntil());
        tools.metrics().begun();
    }

    /** Name of the session that the call has now. */
    String name() {
        return name;
    }

    /** Whether the session of that name, and what is named after it in the PBX, is this call's. */
    boolean owns(String session) {
        return owner && name.equals(session);
    }

    /** The PBX shows something new; only the latest matters. */
    void see(Picture picture) {
        latest.set(picture);
        turn.execute(this::settle);
    }

    /** The same after the PBX was away: what it shows is all there is. */
    void seeAnew(Picture picture) {
        latest.set(picture);
        turn.execute(() -> {
            taps.forgetOurs();
            settle();
        });
    }

    /** The session of this name is so now; null when somebody deleted it. */
    void session(@Nullable CallSession now) {
        turn.execute(() -> {
            if (record != null || (now != null && isOurs(now))) {
                learn(now);
                settle();
            }
        });
    }

    /** Takes up a session that somebody else has begun for this call. */
    void adopt(CallSession begun) {
        owner = true;
        turn.execute(() -> {
            learn(begun);
            settle();
        });
    }

    /** One of our objects is gone from the PBX. */
    void gone(String id) {
        turn.execute(() -> taps.gone(id));
    }

    /** A party did something beside talking. */
    void signalled(String channel, Signal signal) {
        Instant now = tools.clock().instant();
        Picture shown = latest.get(); // As it is now: when its turn comes, the channel may be nobody's any more.
        turn.execute(() -> {
            Optional<Conversation> call = shown == null ? Optional.empty() : shown.conversation();
            if (record != null && call.isPresent()) {
                record.note(call.get(), channel, signal, now);
                settle();
            }
        });
    }

    /** The PBX has not been heard of for so long that the call must be taken for over. */
    void giveUp() {
        turn.execute(() -> {
            if (record != null && ending == null) {
                tools.metrics().leaked(Leak.SESSION);
            }
            end("PbxLost", tools.clock().instant());
            settle();
        });
    }

    /** Leaves everything as it is, to whoever looks after the call from now on. */
    void retire() {
        turn.execute(() -> {
            if (!done) {
                done = true;
                leave();
            }
        });
    }

    private Map<String, String> about() {
        return Map.of("call_id", callId, "session", name, "attempt", Integer.toString(attempts.current()));
    }

    private void learn(@Nullable CallSession now) {
        if (record != null) {
            record.update(now);
        } else if (now != null) {
            record = new CallRecord(tools.sessions(), now);
            owner = true;
            place.adopt();
        }
        callId = record == null ? callId : record.session().getSpec().callId();
    }

    private void settle() {
        Picture now = latest.get();
        if (done || now == null) {
            return;
        }
        take(now);
        Duration pause = attempts.pause(tools.steady().instant());
        if (pause.isPositive()) {
            next.in(pause); // Our own failed tries make events too: they must not hurry us on.
            return;
        }
        try {
            retryUnless(step(now));
        } catch (KubernetesClientException e) {
            if (Thread.currentThread().isInterrupted()) {
                return; // We are being stopped. Whoever leads next does it.
            }
            log.atWarn()
                    .addKeyValue("status", e.getCode())
                    .addKeyValue("problem", e.getMessage())
                    .log("writing a session failed, trying again");
            retryUnless(false);
        }
    }

    /** Remembers of a picture what later ones do not show. */
    private void take(Picture now) {
        if (now == noted) {
            return;
        }
        noted = now;
        talked |= now.stage() == Stage.TALKING;
        alone.see(now.stage() == Stage.ALONE);
        if (dueSince == null && now.conversation().filter(this::due).isPresent()) {
            dueSince = tools.steady().instant();
        }
        if (now.stage() == Stage.OVER) {
            EndReason reason = now.conversation().map(Conversation::end).orElse(EndReason.EndedUnwatched);
            end(reason.name(), now.at());
        }
    }

    private void end(String reason, Instant at) {
        if (ending == null) {
            ending = new EndMark(MicroTime.format(at), reason);
            attempts.hurry();
        }
    }

    /** @return whether all is as it should be */
    private boolean step(Picture now) {
        endIfAlone(now);
        if (ending != null) {
            return finish(now, ending);
        }
        Conversation call = now.conversation().orElseThrow();
        if (record != null && record.closed()) {
            return taps.settle(installed(now), List.of());
        }
        CallRecord open = record == null ? open(call) : record;
        if (open == null) {
            return true;
        }
        open.noteAgents(call, now.at());
        List<Tap> wanted = WantedTaps.of(open.session(), call, tools.policy().app());
        boolean well = taps.settle(installed(now), wanted);
        if (tools.policy().exactSources()) {
            open.tellSources(taps.sources(installed(now), wanted));
        }
        Duration wait = open.tellEvents(tools.steady().instant());
        if (wait.isPositive()) {
            next.in(wait);
        }
        return well;
    }

    /** A customer whom everybody has left, and who does not hang up. */
    private void endIfAlone(Picture now) {
        boolean announced =
                now.conversation().map(call -> call.mark().announced()).orElse(false);
        Optional<Duration> left = alone.left();
        if (left.isEmpty() || record == null || (announced && !talked)) {
            return;
        }
        if (left.get().isPositive()) {
            next.in(left.get());
        } else {
            EndReason reason = talked ? EndReason.AgentHangup : EndReason.NoAnswer;
            end(reason.name(), tools.clock().instant());
        }
    }

    private boolean due(Conversation call) {
        return switch (call.stage()) {
            case TALKING -> true;
            case RINGING -> call.mark().announced() || tools.policy().start() == CallPolicy.Start.RINGING;
            case ALONE -> call.mark().announced() && round == 1;
            case OVER -> false;
        };
    }

    /** Makes sure that there is a session, if there should be one. */
    private @Nullable CallRecord open(Conversation call) {
        if (!due(call) || !place.taken()) {
            return null;
        }
        CallSessions.Made made = request.make(name, call);
        while (made != null && made.existed() && !isOurs(made.session())) {
            nextRound();
            made = request.make(name, call);
        }
        if (made == null) {
            return null;
        }
        learn(made.session());
        Instant now = tools.steady().instant();
        tools.metrics().created(Duration.between(Objects.requireNonNullElse(dueSince, now), now));
        log.atLevel(news())
                .addKeyValue("customer_channel", call.customer().id())
                .addKeyValue("stage", call.stage())
                .log("session asked for");
        return record;
    }

    private Level news() {
        return tools.sessions().rehearsed() ? Level.DEBUG : Level.INFO;
    }

    /** A session of that name may be of an earlier conversation, or of another call that the dialplan calls the same. */
    private boolean isOurs(CallSession session) {
        PbxReference pbx = session.getSpec().pbx();
        String customer = pbx == null ? null : pbx.customerChannelId();
        boolean watched = CallSessions.isOf(session, tools.policy().pbx());
        if (customer == null || !watched || session.getSpec().ended() != null) {
            return false;
        }
        Picture shown = latest.get();
        return customer.equals(origin)
                || (shown != null
                        && shown.conversation()
                                .filter(call -> customer.equals(call.customer().id()))
                                .isPresent());
    }

    /** What of ours is there: nothing under a name that is another call's, or that was ours a moment ago. */
    private Installed installed(Picture shown) {
        return owner && shown.session().equals(name) ? shown.installed() : Installed.nothing();
    }

    private void nextRound() {
        round++;
        name = firstName + "-" + round;
    }

    private boolean finish(Picture now, EndMark mark) {
        boolean cleared;
        try {
            markEnded(mark);
        } finally {
            cleared = taps.settle(installed(now), List.of()); // Whatever the API server says: taps eat the PBX's ports.
        }
        if (!cleared) {
            return false;
        }
        if (now.stage() == Stage.OVER) {
            done = true;
            leave();
            onDone.accept(this);
        } else {
            startOver(now);
        }
        return true;
    }

    private void leave() {
        place.giveBack();
        attempts.over();
        tools.metrics().over();
    }

    private void markEnded(EndMark mark) {
        if (record != null && !record.ended() && !record.closed()) {
            record.end(mark);
            tools.metrics()
                    .ended(Duration.between(
                            MicroTime.parse(mark.at()), tools.clock().instant()));
            log.atLevel(news()).addKeyValue("reason", mark.reason()).log("session marked as ended");
        }
    }

    /** The customer is still there, and may talk to somebody again: that is another session, once the PBX shows it. */
    private void startOver(Picture shown) {
        latest.compareAndSet(shown, null);
        nextRound();
        place.giveBack();
        record = null;
        owner = false;
        ending = null;
        talked = false;
        dueSince = null;
    }

    private void retryUnless(boolean well) {
        if (well) {
            attempts.over();
            return;
        }
        Instant moment = tools.steady().instant();
        attempts.failed(moment);
        next.in(attempts.pause(moment));
    }
}
