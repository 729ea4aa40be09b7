package io.aicc.operator.ari.call;

import io.aicc.crd.CallSession;
import io.aicc.crd.CallSessionSpec.CallEvent.Type;
import io.aicc.crd.CallSessionSpec.EndMark;
import io.aicc.crd.CallSessionSpec.MediaSources;
import io.aicc.crd.CallSessionSpec.PbxReference;
import io.aicc.crd.CallSessionStatus;
import io.aicc.crd.CallSessionStatus.MediaEndpoint;
import io.aicc.operator.ari.call.CallMetrics.Untapped;
import io.aicc.operator.ari.guard.PortBudget;
import io.aicc.operator.ari.link.PbxCommands;
import io.aicc.operator.ari.pbx.Conversation;
import io.aicc.operator.ari.pbx.Conversation.EndReason;
import io.aicc.operator.ari.pbx.Conversation.Stage;
import io.aicc.operator.ari.pbx.PbxChannel;
import io.aicc.operator.ari.pbx.PbxEvent.Signal;
import io.aicc.wire.MicroTime;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * Looks after one customer's call from the first ring until nothing of it is left in the PBX: compares what the PBX shows and
 * what the CallSession says with what should be, and does what is missing, as often as it takes. Thread-safe; does one thing
 * at a time.
 */
final class CallKeeper {
    private static final Logger log = LoggerFactory.getLogger(CallKeeper.class);

    /** Events of one call within this time share a write. */
    private static final Duration COALESCE = Duration.ofMillis(250);

    private static final long FIRST_RETRY_MS = 100;
    private static final long LONGEST_RETRY_MS = 5_000;

    private final Tools tools;
    private final Consumer<CallKeeper> onDone;
    private final InOrder turn;
    private final Taps taps;
    private volatile Picture latest = Picture.NOTHING;
    private volatile String name;
    private final String firstName;
    private int round = 1;
    private Admission admission = Admission.UNASKED;
    private @Nullable CallSession session;
    private CallEvents events = new CallEvents(null);
    private @Nullable MediaSources told;
    private @Nullable EndMark ending;
    private boolean marked;
    private boolean dropped;
    private boolean talked;
    private @Nullable String firstLeg;
    private @Nullable Instant dueSince;
    private @Nullable Instant aloneSince;
    private Instant eventsWritten = Instant.MIN;
    private Instant nextLook = Instant.MAX;
    private Instant notBefore = Instant.MIN;
    private int attempt;
    private boolean done;

    /** What every keeper works with. */
    record Tools(
            CallSessions sessions,
            PbxCommands pbx,
            PortBudget budget,
            CallPolicy policy,
            CallMetrics metrics,
            InstantSource clock,
            ScheduledExecutorService timer,
            Executor threads) {}

    private enum Admission {
        UNASKED,
        ADMITTED,
        REFUSED
    }

    /**
     * @param name of the CallSession, whether it exists or not
     * @param onDone told when nothing is left to do
     */
    CallKeeper(String name, Tools tools, Consumer<CallKeeper> onDone) {
        this.name = name;
        this.firstName = name;
        this.tools = tools;
        this.onDone = onDone;
        this.turn = new InOrder(tools.threads());
        this.taps = new Taps(tools.pbx(), tools.metrics());
        tools.metrics().begun();
    }

    /** Name of the session that the call has now. */
    String name() {
        return name;
    }

    /** The PBX shows something new. */
    void see(Picture picture) {
        Instant now = tools.clock().instant();
        latest = picture;
        turn.execute(() -> {
            noteStage(picture, now);
            settle();
        });
    }

    /** The session is so now; null when somebody deleted it. */
    void session(@Nullable CallSession now) {
        turn.execute(() -> {
            learn(now);
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
        turn.execute(() -> {
            latest.conversation().ifPresent(call -> note(call, channel, signal, now));
            settle();
        });
    }

    /** The PBX has not been heard of for so long that the call must be taken for over. */
    void giveUp() {
        turn.execute(() -> {
            end("PbxLost", tools.clock().instant());
            settle();
        });
    }

    private void learn(@Nullable CallSession now) {
        if (now == null) {
            dropped |= session != null;
            return;
        }
        if (session == null) {
            events = new CallEvents(now.getSpec().callEvents());
            told = now.getSpec().mediaSources();
            if (admission == Admission.UNASKED) {
                admission = Admission.ADMITTED;
                tools.budget().adopt();
            }
        }
        session = now;
        marked |= now.getSpec().ended() != null;
        CallSessionStatus status = now.getStatus();
        dropped |= status != null && status.phase() != null && status.phase().terminal();
    }

    private void noteStage(Picture picture, Instant now) {
        Stage stage = picture.conversation().map(Conversation::stage).orElse(Stage.OVER);
        talked |= stage == Stage.TALKING;
        aloneSince = stage == Stage.ALONE ? Objects.requireNonNullElse(aloneSince, now) : null;
        if (dueSince == null && picture.conversation().filter(this::due).isPresent()) {
            dueSince = now;
        }
        if (stage == Stage.OVER) {
            end(
                    picture.conversation()
                            .map(Conversation::end)
                            .orElse(EndReason.EndedUnwatched)
                            .name(),
                    now);
        }
    }

    private void end(String reason, Instant at) {
        if (ending == null) {
            notBefore = Instant.MIN;
            ending = new EndMark(MicroTime.format(at), reason);
        }
    }

    private void settle() {
        Instant now = tools.clock().instant();
        if (done) {
            return;
        }
        if (now.isBefore(notBefore)) {
            later(Duration.between(now, notBefore)); // Our own failed tries make events too; they must not hurry us on.
            return;
        }
        MDC.put("session", name);
        try {
            retryUnless(step());
        } catch (KubernetesClientException e) {
            log.atWarn()
                    .addKeyValue("attempt", attempt + 1)
                    .addKeyValue("status", e.getCode())
                    .addKeyValue("problem", e.getMessage())
                    .log("writing a session failed, trying again");
            retryUnless(false);
        } finally {
            MDC.remove("session");
        }
    }

    /** @return whether all is as it should be */
    private boolean step() {
        Picture now = latest;
        endIfAlone();
        if (ending != null) {
            return finish(now);
        }
        if (dropped) {
            return taps.settle(now.installed(), List.of());
        }
        if (session == null && !open(now)) {
            return true;
        }
        now.conversation().ifPresent(this::noteAgents);
        List<Tap> wanted = wanted(now);
        boolean well = taps.settle(now.installed(), wanted);
        tellSources(now, wanted);
        tellEvents();
        return well;
    }

    /** A customer whom everybody has left, and who does not hang up. */
    private void endIfAlone() {
        boolean waited = talked || (session != null && !announced());
        if (aloneSince == null || session == null || !waited) {
            return;
        }
        Instant limit = aloneSince.plus(tools.policy().alone());
        Instant now = tools.clock().instant();
        if (now.isBefore(limit)) {
            later(Duration.between(now, limit));
        } else {
            end((talked ? EndReason.AgentHangup : EndReason.NoAnswer).name(), now);
        }
    }

    private boolean announced() {
        return latest.conversation().map(call -> call.mark().announced()).orElse(false);
    }

    private boolean due(Conversation call) {
        return switch (call.stage()) {
            case TALKING -> true;
            case RINGING -> call.mark().announced() || tools.policy().start() == CallPolicy.Start.RINGING;
            case ALONE -> call.mark().announced() && round == 1;
            case OVER -> false;
        };
    }

    /** Makes sure that there is a session, if there should be one; @return whether there is. */
    private boolean open(Picture now) {
        Conversation call = now.conversation().filter(this::due).orElse(null);
        if (call == null || !admitted()) {
            return false;
        }
        CallSession made = create(call);
        while (made != null && !isOf(made, call)) {
            nextRound();
            made = create(call);
        }
        if (made == null) {
            return false;
        }
        learn(made);
        tools.metrics()
                .created(Duration.between(
                        Objects.requireNonNullElse(dueSince, tools.clock().instant()),
                        tools.clock().instant()));
        log.atInfo()
                .addKeyValue("customer_channel", call.customer().id())
                .addKeyValue("stage", call.stage())
                .log("session asked for");
        return true;
    }

    private boolean admitted() {
        if (admission == Admission.UNASKED) {
            if (tools.budget().admit()) {
                admission = Admission.ADMITTED;
            } else {
                admission = Admission.REFUSED;
                tools.metrics().untapped(Untapped.PORT_BUDGET);
                log.atError()
                        .addKeyValue("rtp_ports_in_use", tools.budget().inUse())
                        .addKeyValue("budget", tools.budget().limit())
                        .log("call goes on untranscribed: too few rtp ports are left at the pbx");
            }
        }
        return admission == Admission.ADMITTED;
    }

    private @Nullable CallSession create(Conversation call) {
        CallSession draft =
                SessionDraft.of(name, call, tools.policy(), tools.clock().instant());
        try {
            return tools.sessions().create(draft);
        } catch (KubernetesClientException e) {
            if (!CallSessions.refused(e)) {
                throw e;
            }
            log.atError()
                    .addKeyValue("problem", e.getMessage())
                    .log("session refused, asking for one without particulars");
        }
        try {
            return tools.sessions().create(SessionDraft.bare(draft, tools.policy()));
        } catch (KubernetesClientException e) {
            if (!CallSessions.refused(e)) {
                throw e;
            }
            admission = Admission.REFUSED;
            tools.budget().release();
            tools.metrics().untapped(Untapped.SESSION_REFUSED);
            log.atError().addKeyValue("problem", e.getMessage()).log("call goes on untranscribed: session refused");
            return null;
        }
    }

    /** A session of that name may be of an earlier conversation, or of another call that the dialplan calls the same. */
    private static boolean isOf(CallSession made, Conversation call) {
        PbxReference pbx = made.getSpec().pbx();
        String customer = pbx == null ? null : pbx.customerChannelId();
        boolean same = customer == null
                || customer.equals(call.customer().id())
                || customer.equals(call.mark().origin());
        return same && made.getSpec().ended() == null;
    }

    private void nextRound() {
        round++;
        name = firstName + "-" + round;
    }

    private void noteAgents(Conversation call) {
        CallSession known = Objects.requireNonNull(session);
        if (call.stage() != Stage.TALKING) {
            return;
        }
        PbxReference pbx = known.getSpec().pbx();
        if (firstLeg == null) {
            String told = pbx == null ? null : pbx.agentChannelId();
            firstLeg = told != null ? told : call.agents().getFirst().id();
        }
        String first = known.getSpec().agentId();
        String who = Acceptable.text(call.agents().stream()
                .map(leg -> first != null && leg.id().equals(firstLeg) ? first : leg.endpoint())
                .collect(Collectors.joining(", ")));
        if (!Objects.equals(who, events.agent(first))) {
            events.add(tools.clock().instant(), Type.ParticipantChanged, Speaker.AGENT, who);
        }
    }

    private void note(Conversation call, String channel, Signal signal, Instant at) {
        Type type =
                switch (signal) {
                    case HOLD -> Type.Hold;
                    case UNHOLD -> Type.Unhold;
                    case DIGIT -> Type.Dtmf;
                };
        if (session == null) {
            return;
        }
        if (channel.equals(call.customer().id())) {
            events.add(at, type, Speaker.CUSTOMER, null);
        } else if (call.agents().stream().map(PbxChannel::id).anyMatch(channel::equals)) {
            events.add(at, type, Speaker.AGENT, null);
        }
    }

    private List<Tap> wanted(Picture now) {
        CallSession known = Objects.requireNonNull(session);
        MediaEndpoint endpoint =
                known.getStatus() == null ? null : known.getStatus().mediaEndpoint();
        Conversation call = now.conversation().orElse(null);
        if (endpoint == null || call == null) {
            return List.of();
        }
        List<Tap> wanted = new ArrayList<>();
        wanted.add(tap(endpoint, Speaker.CUSTOMER, Set.of(call.customer().id())));
        if (talked) {
            Set<String> legs = new HashSet<>();
            if (call.stage() == Stage.TALKING) {
                call.agents().forEach(leg -> legs.add(leg.id()));
            }
            wanted.add(tap(endpoint, Speaker.AGENT, legs));
        }
        return wanted;
    }

    private Tap tap(MediaEndpoint endpoint, Speaker speaker, Set<String> legs) {
        int port = speaker == Speaker.CUSTOMER ? endpoint.customerPort() : endpoint.agentPort();
        TapName tap = new TapName(tools.policy().app(), name, speaker, endpoint.generation());
        // An address, never a name: the PBX would look it up and stand still meanwhile.
        String host = InetAddress.ofLiteral(endpoint.host()).getHostAddress();
        return new Tap(tap, (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port, legs);
    }

    private void tellSources(Picture now, List<Tap> wanted) {
        if (!tools.policy().exactSources()) {
            return;
        }
        MediaSources sources = new MediaSources(
                source(now, wanted, Speaker.CUSTOMER).orElse(null),
                source(now, wanted, Speaker.AGENT).orElse(null));
        boolean known = sources.customer() != null || sources.agent() != null;
        if (known && !sources.equals(told)) {
            tools.sessions().setSources(name, sources);
            told = sources;
        }
    }

    private Optional<String> source(Picture now, List<Tap> wanted, Speaker speaker) {
        return wanted.stream()
                .filter(tap -> tap.name().speaker() == speaker)
                .findFirst()
                .flatMap(tap -> taps.source(now.installed(), tap));
    }

    private void tellEvents() {
        if (!events.unwritten()) {
            return;
        }
        Instant now = tools.clock().instant();
        Instant next = eventsWritten.isBefore(Instant.EPOCH) ? now : eventsWritten.plus(COALESCE);
        if (now.isBefore(next)) {
            later(Duration.between(now, next));
            return;
        }
        var all = events.all();
        tools.sessions().setEvents(name, all);
        events.wrote(all.size());
        eventsWritten = now;
    }

    private boolean finish(Picture now) {
        EndMark mark = Objects.requireNonNull(ending);
        if (session != null && !marked && !dropped) {
            if (events.unwritten()) {
                tools.sessions().setEvents(name, events.all());
                events.wrote(events.all().size());
            }
            tools.sessions().markEnded(name, mark);
            marked = true;
            tools.metrics()
                    .ended(Duration.between(
                            MicroTime.parse(mark.at()), tools.clock().instant()));
            log.atInfo().addKeyValue("reason", mark.reason()).log("session marked as ended");
        }
        if (!taps.settle(now.installed(), List.of())) {
            return false;
        }
        if (admission == Admission.ADMITTED) {
            tools.budget().release();
        }
        boolean over = now.conversation().map(Conversation::stage).orElse(Stage.OVER) == Stage.OVER;
        if (over) {
            done = true;
            tools.metrics().over();
            onDone.accept(this);
        } else {
            startOver();
        }
        return true;
    }

    /** The customer is still there, and may talk to somebody again: that is another session. */
    private void startOver() {
        nextRound();
        admission = Admission.UNASKED;
        session = null;
        ending = null;
        marked = false;
        dropped = false;
        talked = false;
        told = null;
        firstLeg = null;
        dueSince = null;
        events = new CallEvents(null);
    }

    private void retryUnless(boolean well) {
        if (well) {
            attempt = 0;
            notBefore = Instant.MIN;
            return;
        }
        attempt++;
        tools.metrics().retried();
        long pause = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS << Math.min(attempt - 1, 10));
        Duration wait =
                Duration.ofMillis(pause / 2 + ThreadLocalRandom.current().nextLong(pause / 2 + 1));
        notBefore = tools.clock().instant().plus(wait);
        later(wait);
    }

    private void later(Duration delay) {
        Instant at = tools.clock().instant().plus(delay);
        if (at.isBefore(nextLook)) {
            nextLook = at;
            var unused = tools.timer()
                    .schedule(() -> turn.execute(this::lookAgain), delay.toMillis() + 1, TimeUnit.MILLISECONDS);
        }
    }

    private void lookAgain() {
        nextLook = Instant.MAX;
        settle();
    }
}
