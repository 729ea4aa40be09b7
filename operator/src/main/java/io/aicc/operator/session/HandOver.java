package io.aicc.operator.session;

import io.aicc.crd.CallSessionSpec;
import io.aicc.crd.CallSessionSpec.CallEvent;
import io.aicc.crd.CallSessionSpec.MediaSources;
import io.aicc.crd.CallSessionStatus.MediaEndpoint;
import io.aicc.crd.CallSessionStatus.Times;
import io.aicc.crd.CallSessionStatus.WorkerReference;
import io.aicc.crd.Codec;
import io.aicc.crd.Phase;
import io.aicc.operator.control.Answer;
import io.aicc.operator.pool.Account;
import io.aicc.operator.pool.Claim;
import io.aicc.operator.pool.Ledger.Given;
import io.aicc.operator.pool.WarmPools;
import io.aicc.operator.pool.Worker;
import io.aicc.operator.session.SessionRecord.Change;
import io.aicc.wire.MicroTime;
import io.aicc.wire.control.Acknowledgement;
import io.aicc.wire.control.CallAssignment;
import io.aicc.wire.control.WorkerReport;
import io.aicc.wire.control.WorkerReport.KnownCall;
import io.aicc.wire.control.WorkerReport.State;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Gets a session a worker and the worker its call: claim, hand over, and only after the worker has acknowledged, say so in
 * the record. The same path serves the first worker, a restarted one, and the one that replaces a lost one.
 */
final class HandOver {
    private static final Logger log = LoggerFactory.getLogger(HandOver.class);

    private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);
    private static final Duration NEXT_WORKER = Duration.ofMillis(50);
    private static final Duration ASK_AGAIN = Duration.ofMillis(100);

    /** The kubelet waits for longer before it starts a process a second time: who comes sooner only says so. */
    private static final Duration RESTART_PACE = Duration.ofSeconds(5);

    /** A shortage shorter than this is not worth a write. */
    private static final Duration WORTH_TELLING = Duration.ofMillis(250);

    private static final Given NOBODY = new Given("", 0);

    private final WarmPools pools;
    private final SessionRecord record;
    private final SessionMetrics metrics;

    /** What the record has to say once a worker has the call: reasons of its condition, see docs/runbook.md. */
    private enum News {
        NONE,
        WorkerReady,
        WorkerReplaced,
        WorkerRestarted,
        RecordRepaired
    }

    HandOver(WarmPools pools, SessionRecord record, SessionMetrics metrics) {
        this.pools = pools;
        this.record = record;
        this.metrics = metrics;
    }

    /** Step: while it is not known who serves whom, nobody is claimed. A call whose worker speaks needs nobody else. */
    Outcome awaitWorkforce(Call call) {
        Optional<Worker> mine = pools.serving(call.pool(), call.uid());
        if (mine.filter(worker -> worker.serves(call.uid())).isPresent() || pools.settled(call.pool())) {
            return Outcome.PROCEED;
        }
        // One that has a worker is brought back by its first word: thousands must not ask all the time.
        return Outcome.again(mine.isEmpty() ? NEXT_WORKER : LOOK_AGAIN);
    }

    /** Step: claim a worker, or say why there is none. */
    Outcome claimAndAssign(Call call) {
        return switch (pools.claim(call.pool(), call.uid())) {
            case Claim.Granted(Worker worker) -> assign(call, worker);
            case Claim.Waiting(Claim.Shortage shortage, String message) -> wait(call, shortage.name(), message);
        };
    }

    /** Hands the call to this worker, and writes down that it has it. */
    Outcome assign(Call call, Worker worker) {
        News news = news(call, worker);
        if (news == News.WorkerRestarted && worker.restartsWithin(RESTART_PACE, call.now())) {
            return Outcome.again(LOOK_AGAIN);
        }
        Instant readySince = readySince(call, worker);
        CallAssignment assignment = assignment(call, worker);
        Answer<Acknowledgement> answer = worker.assign(assignment);
        if (!(answer instanceof Answer.Unreachable)) {
            pools.answered(call.pool(), worker);
        }
        if (!(answer instanceof Answer.Refused)) {
            pools.ledger(call.pool()).given(call.uid(), new Given(worker.uid(), assignment.generation()));
        }
        return switch (answer) {
            case Answer.Obeyed<Acknowledgement>(Acknowledgement ports)
            when !areOf(worker, ports) -> takeAnother(call, worker, "it acknowledged ports that are not its own");
            case Answer.Obeyed<Acknowledgement>(Acknowledgement ports) ->
                acknowledged(call, worker, ports, news, assignment.generation(), readySince);
            case Answer.Refused<Acknowledgement> refusal -> refused(call, worker, refusal);
            case Answer.Unreachable<Acknowledgement>(String reason) -> unanswered(call, worker, reason);
        };
    }

    /** Whoever has the call goes on with it; that it is lost is known by its reports and its pod, never by a slow answer. */
    private Outcome unanswered(Call call, Worker worker, String reason) {
        WorkerReference known = call.status().worker();
        boolean recorded = known != null && known.uid().equals(worker.uid()) && !worker.restarted();
        if (!recorded && !worker.serves(call.uid())) {
            return notTaken(call, worker, reason);
        }
        log.atWarn()
                .addKeyValue("session", call.session().getMetadata().getName())
                .addKeyValue("pod", worker.pod())
                .addKeyValue("reason", reason)
                .log("worker that has the call does not answer, telling it later");
        return Outcome.again(LOOK_AGAIN);
    }

    /** Nobody has the call yet. To be told twice is harmless: a worker serves one session, and says so again. */
    private Outcome notTaken(Call call, Worker worker, String reason) {
        if (!pools.askAgain(call.pool(), worker, call.now())) {
            return takeAnother(call, worker, reason);
        }
        log.atWarn()
                .addKeyValue("pod", worker.pod())
                .addKeyValue("reason", reason)
                .log("worker does not answer in time, telling it again");
        return Outcome.again(ASK_AGAIN);
    }

    private static boolean areOf(Worker worker, Acknowledgement ports) {
        return ports.customerPort() == worker.ports().customer()
                && ports.agentPort() == worker.ports().agent();
    }

    /** It may have the call or not: its pod goes, and the call gets another one. */
    private Outcome takeAnother(Call call, Worker worker, String reason) {
        log.atWarn()
                .addKeyValue("pod", worker.pod())
                .addKeyValue("reason", reason)
                .log("worker does not answer as it should, taking another one");
        pools.dismiss(call.pool(), worker);
        return Outcome.again(NEXT_WORKER);
    }

    /** Whether a worker knows the media sources that the call has now, and all that happened in it. */
    static boolean upToDate(Call call, Worker worker) {
        KnownCall known = worker.known();
        MediaSources sources = call.spec().mediaSources();
        return known != null
                && Objects.equals(known.customerSource(), sources == null ? null : sources.customer())
                && Objects.equals(known.agentSource(), sources == null ? null : sources.agent())
                && known.callEvents() == callEvents(call.spec()).size();
    }

    /** Whether the record says that the call is this worker's, and where that hears. */
    static boolean isRecorded(Call call, Worker worker) {
        WorkerReference known = call.status().worker();
        return known != null && known.uid().equals(worker.uid()) && saysWhere(call, worker);
    }

    private static boolean saysWhere(Call call, Worker worker) {
        MediaEndpoint endpoint = call.status().mediaEndpoint();
        return endpoint != null
                && worker.host().equals(endpoint.host())
                && worker.ports().customer() == endpoint.customerPort();
    }

    private static News news(Call call, Worker worker) {
        if (worker.recorded() && !isRecorded(call, worker)) {
            return News.RecordRepaired; // Somebody wiped or changed it: the worker has the call all the same.
        }
        if (call.phase() == Phase.Pending) {
            return News.WorkerReady;
        }
        if (!isRecorded(call, worker)) {
            return News.WorkerReplaced;
        }
        return worker.restarted() ? News.WorkerRestarted : News.NONE;
    }

    private Outcome acknowledged(
            Call call, Worker worker, Acknowledgement ports, News news, int generation, Instant readySince) {
        pools.taken(call.pool(), call.uid(), worker);
        MediaEndpoint endpoint = new MediaEndpoint(worker.host(), ports.customerPort(), ports.agentPort(), generation);
        WorkerReference reference = new WorkerReference(worker.pod(), worker.uid());
        if (news == News.NONE) {
            return Outcome.DONE; // Told again, nothing new for anybody else.
        }
        boolean first = call.phase() == Phase.Pending;
        boolean takenOver = news == News.WorkerReplaced || news == News.WorkerRestarted;
        Account known = EarlierWorkers.of(call, pools);
        Account before = takenOver ? known.takeoversAtLeast(known.takeovers() + 1) : known;
        String message = "pod %s acknowledged the call on ports %s%s"
                .formatted(worker.pod(), worker.ports(), how(news, call.status().worker()));
        String readyAt = first ? MicroTime.format(readySince) : null;
        boolean written = record.write(
                call,
                Change.phase(first ? Phase.Ready : call.phase())
                        .served(endpoint, reference)
                        .at(new Times(readyAt, null, null, null, null))
                        .after(EarlierWorkers.written(before))
                        .saying(SessionRecord.ready(call, true, news.name(), message)));
        if (!written) {
            return Outcome.again(SessionRecord.CONFLICT_PAUSE);
        }
        worker.markRecorded();
        if (news == News.WorkerRestarted) {
            worker.restartRecorded(call.now());
        }
        if (takenOver) {
            pools.ledger(call.pool()).takeovers(call.uid(), before.takeovers());
            metrics.replaced();
        } else if (news == News.WorkerReady) {
            metrics.claimed(call.requestedAt());
        }
        log.atLevel(news == News.WorkerReady ? Level.INFO : Level.WARN)
                .addKeyValue("session", call.session().getMetadata().getName())
                .addKeyValue("pod", worker.pod())
                .addKeyValue("generation", endpoint.generation())
                .addKeyValue("reason", news)
                .log("session has its worker");
        // A repaired record is brought up to the phase that the call has reached.
        return first && worker.is(State.ACTIVE) ? Outcome.again(NEXT_WORKER) : Outcome.DONE;
    }

    private Outcome refused(Call call, Worker worker, Answer.Refused<Acknowledgement> refusal) {
        log.atDebug()
                .addKeyValue("pod", worker.pod())
                .addKeyValue("status", refusal.status())
                .addKeyValue("reason", refusal.reason())
                .log("worker refuses");
        if (refusal.deposed() && (worker.recorded() || worker.serves(call.uid()))) {
            return Outcome.again(LOOK_AGAIN); // A newer leader commands who has the call: touch nothing.
        }
        if (!refusal.conflict() && worker.serves(call.uid())) {
            // It goes on as before; another worker would refuse the same.
            return say(call, true, "ChangeRefused", "pod " + worker.pod() + " refused a change: " + refusal.reason());
        }
        if (worker.refusesAll()) {
            return takeAnother(call, worker, "it refuses every call: " + refusal.reason());
        }
        pools.refused(call.pool(), worker);
        return refusal.conflict()
                ? Outcome.again(NEXT_WORKER)
                : wait(call, "WorkerRefused", "pod " + worker.pod() + " refused the call: " + refusal.reason());
    }

    private Outcome wait(Call call, String reason, String message) {
        if (call.now().isBefore(call.requestedAt().plus(WORTH_TELLING))) {
            return Outcome.again(WORTH_TELLING);
        }
        return say(
                call, false, reason, call.phase() == Phase.Pending ? message : Unserved.message(call, pools, message));
    }

    /** Writes a sentence about the session's worker into its record, unless it is there. */
    Outcome say(Call call, boolean ready, String reason, String message) {
        if (!SessionRecord.says(call, reason)) {
            log.atWarn()
                    .addKeyValue("session", call.session().getMetadata().getName())
                    .addKeyValue("reason", reason)
                    .addKeyValue("detail", message)
                    .log(ready ? "session keeps its worker" : "session is not served");
            boolean written = record.write(
                    call, Change.phase(call.phase()).saying(SessionRecord.ready(call, ready, reason, message)));
            if (!written) {
                return Outcome.again(SessionRecord.CONFLICT_PAUSE);
            }
        }
        return Outcome.again(LOOK_AGAIN);
    }

    /** So that whoever looks for the cause knows whose log and node to look at. */
    private static String how(News news, @Nullable WorkerReference before) {
        return switch (news) {
            case WorkerReplaced -> before == null ? "" : ", in place of pod " + before.pod() + ", which was lost";
            case WorkerRestarted -> ": its process was started again";
            case NONE, WorkerReady, RecordRepaired -> "";
        };
    }

    /**
     * One more whenever audio has to be sent elsewhere than the record says, for the PBX's taps are named by it; and never that
     * of another worker which may have the call, for both would number their events alike. No call comes to the last one by itself;
     * from there it begins anew, so that it is another one all the same.
     */
    private int generation(Call call, Worker worker) {
        MediaEndpoint before = call.status().mediaEndpoint();
        if (before != null && isRecorded(call, worker)) {
            return before.generation();
        }
        Given given = pools.ledger(call.pool()).given(call.uid()).orElse(NOBODY);
        if (given.podUid().equals(worker.uid()) && (before == null || given.generation() > before.generation())) {
            return given.generation(); // Told again.
        }
        KnownCall known = worker.known();
        if (before == null && known != null) {
            return known.generation();
        }
        int last = Math.max(before == null ? 0 : before.generation(), given.generation());
        return last < KnownCall.LAST_GENERATION ? last + 1 : 1;
    }

    private CallAssignment assignment(Call call, Worker worker) {
        CallSessionSpec spec = call.spec();
        MediaSources sources = spec.mediaSources();
        String readyAt = readyAt(call);
        return new CallAssignment(
                call.uid(),
                call.session().getMetadata().getName(),
                spec.callId(),
                spec.customerNumber(),
                spec.agentId(),
                Objects.requireNonNullElse(spec.language(), "en-US"),
                Objects.requireNonNullElse(spec.codec(), Codec.ULAW),
                sources == null ? null : sources.customer(),
                sources == null ? null : sources.agent(),
                callEvents(spec),
                generation(call, worker),
                readyAt,
                readyAt == null ? null : lastHeard(call, readyAt),
                pools.ledger(call.pool()).coveredUntil(call.uid()).orElse(null),
                MicroTime.format(call.requestedAt()),
                call.endedAt().map(MicroTime::format).orElse(null));
    }

    /** Null before it is; a time that somebody else wrote there and that cannot be true says nothing. */
    private static @Nullable String readyAt(Call call) {
        return believable(call, call.times().ready()).map(MicroTime::format).orElse(null);
    }

    /** When a session that has no record of it got ready: before now, if a worker says that it has the call already. */
    private static Instant readySince(Call call, Worker worker) {
        WorkerReport said = worker.report();
        KnownCall known = said == null || !worker.serves(call.uid()) ? null : said.known();
        return believable(call, known == null ? null : known.readyAt()).orElse(call.now());
    }

    private static Optional<Instant> believable(Call call, @Nullable String ready) {
        return Call.time(ready).filter(at -> call.believes(at, call.requestedAt()));
    }

    private static List<CallEvent> callEvents(CallSessionSpec spec) {
        return Objects.requireNonNullElse(spec.callEvents(), List.of());
    }

    /** Where the worker before did not say how much it covered, the gap begins then: too long rather than too short. */
    private String lastHeard(Call call, String readyAt) {
        return pools.ledger(call.pool())
                .lastHeard(call.uid())
                .map(MicroTime::format)
                .orElse(readyAt);
    }
}
