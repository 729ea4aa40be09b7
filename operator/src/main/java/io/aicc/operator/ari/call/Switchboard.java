package io.aicc.operator.ari.call;

import io.aicc.crd.CallSession;
import io.aicc.crd.CallSessionSpec.PbxReference;
import io.aicc.crd.CallSessionStatus;
import io.aicc.operator.ari.call.CallMetrics.Leak;
import io.aicc.operator.ari.guard.Budget;
import io.aicc.operator.ari.link.PbxCommands;
import io.aicc.operator.ari.link.PbxListener;
import io.aicc.operator.ari.pbx.Conversation;
import io.aicc.operator.ari.pbx.Conversation.Stage;
import io.aicc.operator.ari.pbx.PbxEvent;
import io.aicc.operator.ari.pbx.PbxSnapshot;
import io.aicc.operator.ari.pbx.PbxView;
import io.aicc.operator.ari.pbx.Touched;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where everything that is known of the PBX and of its sessions comes together, on one thread that never waits: keeps the view
 * of the PBX, and gives every call that is to be transcribed a {@link CallKeeper}, which is told whatever may concern it.
 */
public final class Switchboard implements PbxListener, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Switchboard.class);

    /** Messages that may wait to be taken in: some seconds of a busy PBX. */
    private static final int WAITING = 5_000;

    private static final int REMEMBERED = 1_000;

    private final CallPolicy policy;
    private final CallSessions sessions;
    private final Budget budget;
    private final CallMetrics metrics;
    private final InstantSource clock;
    private final InstantSource steady;
    private final Duration ttl;
    private final Tools tools;
    private final Errands errands;
    private final ScheduledExecutorService desk = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("switchboard").factory());
    private final ExecutorService threads = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("call-", 0).factory());

    private final Semaphore room = new Semaphore(WAITING);

    // Touched by the desk's thread only.
    private PbxView view = new PbxView();
    private final Map<String, CallKeeper> keepers = new HashMap<>();
    private final Map<CallKeeper, String> customers = new HashMap<>();
    private final Map<String, Boolean> finished = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
            return size() > REMEMBERED;
        }
    };
    private @Nullable Instant lostSince;
    private boolean gaveUp;

    private volatile Instant heardUntil = Instant.MIN;

    /**
     * @param clock for what is written down
     * @param steady for what is waited for: it goes on whatever happens to the clock on the wall
     * @param ttl how long sessions live on without a word from the PBX
     */
    public Switchboard(
            CallPolicy policy,
            CallSessions sessions,
            PbxCommands pbx,
            Budget budget,
            CallMetrics metrics,
            InstantSource clock,
            InstantSource steady,
            Duration ttl) {
        this.policy = policy;
        this.sessions = sessions;
        this.budget = budget;
        this.metrics = metrics;
        this.clock = clock;
        this.steady = steady;
        this.ttl = ttl;
        this.lostSince = steady.instant();
        this.tools = new Tools(sessions, pbx, budget, policy, metrics, clock, steady, () -> heardUntil, desk, threads);
        this.errands = new Errands(pbx, metrics, threads);
    }

    /** Begins to follow the sessions; to be called before the PBX is connected. */
    public void start() {
        sessions.watch(this::session);
        var unused = desk.scheduleWithFixedDelay(guarded(this::giveUpIfLost), 1, 1, TimeUnit.SECONDS);
    }

    /** The session of this name is so now; null when it was deleted. */
    void session(String name, @Nullable CallSession now) {
        onDesk(() -> named(name).forEach(keeper -> keeper.session(now)));
    }

    @Override
    public void events(List<PbxEvent> events) {
        try {
            room.acquire();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        onDesk(() -> {
            room.release();
            events.forEach(this::happened);
        });
    }

    @Override
    public void beforeSnapshot() {
        onDesk(() -> view.beforeSnapshot());
    }

    @Override
    public void snapshot(PbxSnapshot snapshot) {
        onDesk(() -> {
            boolean wasAway = lostSince != null;
            lostSince = null;
            gaveUp = false;
            Touched touched = view.apply(snapshot);
            adoptSessions(touched);
            touched.customers().addAll(view.customers());
            refresh(touched);
            Set.copyOf(keepers.values()).forEach(wasAway ? this::showAnew : this::show);
            sweep();
            view.inStasis(policy.app()).forEach(stray -> giveBack(stray.id()));
        });
    }

    /** What we know is worth nothing from now on; whatever we still did could harm calls that somebody else looks after. */
    @Override
    public void replaced() {
        onDesk(() -> {
            lostSince = null; // Nobody's sessions to end: whoever replaced us may look after them.
            keepers.values().forEach(CallKeeper::retire);
            keepers.clear();
            customers.clear();
            view = new PbxView();
        });
    }

    @Override
    public void heard(Instant until) {
        onDesk(() -> heardUntil = until); // What was told before comes before it here too.
    }

    @Override
    public void lost() {
        onDesk(() -> lostSince = Objects.requireNonNullElse(lostSince, steady.instant()));
    }

    @Override
    public void close() {
        desk.shutdownNow();
        threads.shutdownNow();
    }

    private void happened(PbxEvent event) {
        Touched touched = view.apply(event);
        switch (event) {
            case PbxEvent.ChannelGone(String channel) -> ownerOf(channel).ifPresent(keeper -> keeper.gone(channel));
            case PbxEvent.BridgeGone(String bridge) -> ownerOf(bridge).ifPresent(keeper -> keeper.gone(bridge));
            case PbxEvent.Signalled(String channel, PbxEvent.Signal signal) ->
                touched.customers().forEach(customer -> view.conversation(customer)
                        .map(call -> keepers.get(call.mark().origin()))
                        .ifPresent(keeper -> keeper.signalled(channel, signal)));
            case PbxEvent.StasisEntered(String channel, List<String> arguments) -> giveBack(channel);
            default -> {}
        }
        refresh(touched);
    }

    /** Shows to every call what may have changed for it. */
    private void refresh(Touched touched) {
        budget.observe(view.rtpChannels(), view.rtpInstruments());
        Set<CallKeeper> concerned = new HashSet<>();
        for (String customer : touched.customers()) {
            view.conversation(customer).flatMap(call -> keeper(customer, call)).ifPresent(concerned::add);
        }
        touched.objects().forEach(id -> ownerOf(id).ifPresent(concerned::add));
        concerned.forEach(this::show);
    }

    /** The keeper of a call; made when the call has come far enough to be worth one. */
    private Optional<CallKeeper> keeper(String customer, Conversation call) {
        String origin = call.mark().origin();
        CallKeeper known = keepers.get(origin);
        if (known == null) {
            if (call.stage() == Stage.OVER) {
                view.forget(customer);
                return Optional.empty();
            }
            if (call.stage() == Stage.ALONE && !call.mark().announced()) {
                return Optional.empty();
            }
            String name = Acceptable.sessionName(policy.pbx(), call.mark().callId());
            known = newKeeper(origin, Acceptable.callId(call.mark().callId()), name);
            sessions.known(name).ifPresent(known::session);
        }
        customers.put(known, customer);
        return Optional.of(known);
    }

    private CallKeeper newKeeper(String origin, String callId, String name) {
        CallKeeper keeper = new CallKeeper(origin, callId, name, tools, done -> onDesk(() -> forget(origin, done)));
        keepers.put(origin, keeper);
        return keeper;
    }

    private void forget(String origin, CallKeeper keeper) {
        keepers.remove(origin, keeper);
        if (keeper.owns(keeper.name())) {
            finished.put(keeper.name(), true);
        }
        String customer = customers.remove(keeper);
        if (customer != null) {
            view.forget(customer);
        }
    }

    private void show(CallKeeper keeper) {
        keeper.see(picture(keeper));
    }

    private void showAnew(CallKeeper keeper) {
        keeper.seeAnew(picture(keeper));
    }

    private Picture picture(CallKeeper keeper) {
        String session = keeper.name();
        String prefix = TapName.prefix(policy.app(), session);
        Installed installed = Installed.of(view.channelsNamed(prefix).keySet(), view.bridgesNamed(prefix));
        String customer = customers.get(keeper);
        Optional<Conversation> call = customer == null ? Optional.empty() : view.conversation(customer);
        return new Picture(session, call, installed, clock.instant());
    }

    private Optional<CallKeeper> ownerOf(String id) {
        return TapName.parse(policy.app(), id)
                .flatMap(tap -> ownersOf(tap.session()).findFirst());
    }

    /** Calls whose session has that name, or would have: the dialplan may call two the same. */
    private Stream<CallKeeper> named(String session) {
        return keepers.values().stream().filter(keeper -> keeper.name().equals(session));
    }

    private Stream<CallKeeper> ownersOf(String session) {
        return keepers.values().stream().filter(keeper -> keeper.owns(session));
    }

    /** Sessions that somebody else has begun: their calls are taken up, or ended when the PBX does not know them any more. */
    private void adoptSessions(Touched touched) {
        for (CallSession session : sessions.known()) {
            String name = session.getMetadata().getName();
            if (over(session)
                    || finished.containsKey(name)
                    || ownersOf(name).findAny().isPresent()) {
                continue;
            }
            String callId = session.getSpec().callId();
            PbxReference at = session.getSpec().pbx();
            String customer = at == null ? null : at.customerChannelId();
            CallKeeper keeper = customer == null ? null : keepers.get(customer);
            if (keeper != null && keeper.name().equals(name)) {
                keeper.adopt(session);
            } else if (keeper == null && customer != null && view.hasChannel(customer)) {
                log.atInfo()
                        .addKeyValue("call_id", callId)
                        .addKeyValue("session", name)
                        .log("live call taken up again");
                touched.add(view.adopt(customer, callId));
                newKeeper(customer, callId, name).adopt(session);
            } else {
                log.atWarn()
                        .addKeyValue("call_id", callId)
                        .addKeyValue("session", name)
                        .log("session ended: its call is gone from the pbx, or has another");
                metrics.leaked(Leak.SESSION);
                newKeeper("session/" + name, callId, name).adopt(session);
            }
        }
    }

    private static boolean over(CallSession session) {
        CallSessionStatus status = session.getStatus();
        boolean terminal =
                status != null && status.phase() != null && status.phase().terminal();
        return terminal || session.getSpec().ended() != null;
    }

    /** Takes away what is ours and belongs to no call. */
    private void sweep() {
        String prefix = policy.app() + "-";
        orphans(view.channelsNamed(prefix).keySet()).forEach(errands::removeChannel);
        orphans(view.bridgesNamed(prefix).keySet()).forEach(errands::removeBridge);
    }

    private Stream<String> orphans(Set<String> ids) {
        return ids.stream()
                .filter(id -> TapName.parse(policy.app(), id).isPresent()
                        && ownerOf(id).isEmpty());
    }

    private void giveBack(String channel) {
        String callId = view.conversation(channel)
                .map(call -> Acceptable.callId(call.mark().callId()))
                .orElse("");
        errands.giveBack(channel, callId);
    }

    private void giveUpIfLost() {
        if (gaveUp || lostSince == null || steady.instant().isBefore(lostSince.plus(ttl))) {
            return;
        }
        gaveUp = true;
        for (CallSession session : sessions.known()) {
            String name = session.getMetadata().getName();
            if (!over(session)
                    && !finished.containsKey(name)
                    && ownersOf(name).findAny().isEmpty()) {
                newKeeper("session/" + name, session.getSpec().callId(), name).adopt(session);
            }
        }
        keepers.values().forEach(CallKeeper::giveUp);
        keepers.values().stream()
                .filter(keeper -> !customers.containsKey(keeper))
                .forEach(this::show);
    }

    private void onDesk(Runnable work) {
        if (!desk.isShutdown()) {
            desk.execute(guarded(work));
        }
    }

    private static Runnable guarded(Runnable work) {
        return () -> {
            try {
                work.run();
            } catch (RuntimeException | Error e) {
                log.atError().setCause(e).log("an event of the pbx could not be taken in");
            }
        };
    }
}
