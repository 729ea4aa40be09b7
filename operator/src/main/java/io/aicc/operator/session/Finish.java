package io.aicc.operator.session;

import io.aicc.crd.CallSessionStatus.Summary;
import io.aicc.crd.CallSessionStatus.Times;
import io.aicc.crd.Phase;
import io.aicc.operator.pool.Account;
import io.aicc.operator.pool.WarmPools;
import io.aicc.operator.pool.Worker;
import io.aicc.operator.session.SessionRecord.Change;
import io.aicc.wire.MicroTime;
import io.aicc.wire.control.EndOrder;
import io.aicc.wire.control.WorkerReport;
import io.aicc.wire.control.WorkerReport.CallSummary;
import io.aicc.wire.control.WorkerReport.State;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The end of a session: the worker is told, its last words are waited for, the totals are written down, and the worker
 * goes. The pool frees its ports by itself, as soon as the sockets are closed.
 */
final class Finish {
    private static final Logger log = LoggerFactory.getLogger(Finish.class);

    /** A worker that is done sooner than this spares us the write that says Ending. */
    static final Duration COALESCE = Duration.ofMillis(300);

    /** What a worker may take beyond its own drain limit before it is given up. */
    private static final Duration MERCY = Duration.ofSeconds(5);

    private static final Duration RETRY = Duration.ofMillis(200);

    /** Until a worker that has not taken the order gets it again; one that has says so, which brings us back at once. */
    private static final Duration TELL_AGAIN = Duration.ofSeconds(1);

    /** Why a call ended that nobody ended. */
    private static final String NO_AUDIO = "NoAudio";

    private final WarmPools pools;
    private final SessionRecord record;
    private final EndedRecords ended;
    private final EndOrders endOrders;
    private final HandOver handOver;
    private final SessionMetrics metrics;

    /** When we learnt that a session ends, until that is in its record. */
    private final Map<String, Instant> ending = new ConcurrentHashMap<>();

    Finish(
            WarmPools pools,
            SessionRecord record,
            EndedRecords ended,
            EndOrders endOrders,
            HandOver handOver,
            SessionMetrics metrics) {
        this.pools = pools;
        this.record = record;
        this.ended = ended;
        this.endOrders = endOrders;
        this.handOver = handOver;
        this.metrics = metrics;
    }

    /**
     * Step: end the call at its worker and see how far it has come; the whole way from hang-up to Ended. A worker before it, whose pod was
     * told to go, may still deliver its words: so long nobody counts them as lost.
     */
    Outcome endAndFinish(Call call) {
        Instant since = endingSince(call);
        Optional<Worker> mine = pools.serving(call.pool(), call.uid());
        if (mine.isEmpty() && !pools.settled(call.pool())) {
            return Outcome.again(SessionRecord.CONFLICT_PAUSE);
        }
        Instant limit = since.plus(call.limits().drain()).plus(MERCY);
        boolean late = !call.now().isBefore(limit);
        boolean done = mine.isEmpty() || mine.get().is(State.DONE);
        if (done && !late && pools.delivering(call.pool(), call.uid())) {
            return sayEnding(call, since, RETRY);
        }
        if (mine.isEmpty()) {
            String message = Unserved.before(since, call, pools)
                    .map(unserved -> Unserved.message(call, unserved))
                    .orElse("the worker was lost before it gave its totals");
            return close(call, Phase.Ended, mine, "WorkerLost", message);
        }
        Worker worker = mine.get();
        if (done) {
            return closeDone(call, worker);
        }
        boolean told = worker.toldToEnd();
        if (!told) {
            tell(call, worker);
        }
        if (late) {
            return worker.is(State.DRAINING)
                    ? close(call, Phase.Ended, mine, "DrainLimitExceeded", "the worker did not finish in time")
                    : close(call, Phase.Ended, mine, "WorkerLost", "the worker did not come back to give its totals");
        }
        return told ? sayEnding(call, since, Duration.between(call.now(), limit)) : Outcome.again(TELL_AGAIN);
    }

    /**
     * Nobody marked the end of this call, and nothing was heard for very long. Written down before its worker is told: whoever
     * leads from here on goes on with the end, not with the call.
     *
     * @param audio when something was heard last
     */
    Outcome endForSilence(Call call, Instant audio) {
        String message = "nothing was heard since %s, for longer than spec.limits.sessionTtlSeconds of the pool, %d s"
                .formatted(MicroTime.format(audio), call.limits().ttl().toSeconds());
        boolean written = record.write(
                call,
                Change.phase(Phase.Ending)
                        .at(new Times(null, null, MicroTime.format(endingSince(call)), null, null))
                        .saying(SessionRecord.ready(call, false, NO_AUDIO, message)));
        if (!written) {
            return Outcome.again(SessionRecord.CONFLICT_PAUSE);
        }
        metrics.stale();
        log.atWarn()
                .addKeyValue("session", call.session().getMetadata().getName())
                .addKeyValue("silent_since", audio)
                .log("session ended: no audio for longer than its ttl");
        return Outcome.again(Duration.ZERO);
    }

    /** Step: somebody wiped the record of a session that is over. What is known of it is written again, and nothing else done. */
    Outcome closeAgain(Call call) {
        return ended.known(call.uid()).map(over -> closeAgain(call, over)).orElse(Outcome.PROCEED);
    }

    private Outcome closeAgain(Call call, EndedRecords.Ended over) {
        String message =
                "somebody wiped the record of this call, which was over: duration, packets heard and dropped and"
                        + " undelivered finals are as they were counted, all else is not known any more";
        Change change = Change.phase(over.tally().end() == Tally.End.FAILED ? Phase.Failed : Phase.Ended)
                .at(new Times(
                        null,
                        null,
                        null,
                        null,
                        MicroTime.format(over.at()),
                        over.tally().unserved()))
                .summing(over.tally().summary())
                .saying(SessionRecord.ready(call, false, "RecordRepaired", message));
        if (!record.write(call, change)) {
            return Outcome.again(SessionRecord.CONFLICT_PAUSE);
        }
        log.atWarn()
                .addKeyValue("session", call.session().getMetadata().getName())
                .log("record of a session that is over was wiped, written again");
        return Outcome.DONE;
    }

    private Outcome closeDone(Call call, Worker worker) {
        long late = undelivered(worker.report());
        long gone = EarlierWorkers.of(call, pools).report().undelivered();
        Optional<Worker> mine = Optional.of(worker);
        if (late > 0) {
            String message = "%d finals did not reach every receiver in time".formatted(late)
                    + (gone > 0 ? ", %d more went with a worker that was lost".formatted(gone) : "");
            return close(call, Phase.Ended, mine, "DrainLimitExceeded", message);
        }
        if (gone > 0) {
            String message = "%d finals went with a pod that was lost before every receiver had them".formatted(gone);
            return close(call, Phase.Ended, mine, "WorkerLost", message);
        }
        return SessionRecord.says(call, NO_AUDIO)
                ? close(call, Phase.Ended, mine, NO_AUDIO, "the call was silent for too long; its words are delivered")
                : close(
                        call,
                        Phase.Ended,
                        mine,
                        "CallEnded",
                        "the call is over and its words are delivered" + unrecognised(call));
    }

    /** Writes the last word on a session; whoever's write succeeds lets the worker go. */
    Outcome close(Call call, Phase phase, Optional<Worker> worker, String reason, String message) {
        Account earlier = EarlierWorkers.of(call, pools);
        Optional<Account> account =
                pools.account(call.pool(), call.uid()).map(sum -> sum.takeoversAtLeast(earlier.takeovers()));
        Instant closed = worker.map(Worker::mediaClosedAt).orElse(call.now());
        Instant since = endingSince(call);
        Optional<Instant> unserved = worker.isPresent() ? Optional.empty() : Unserved.before(since, call, pools);
        Times times = new Times(
                null,
                null,
                MicroTime.format(since),
                worker.isPresent() || call.status().worker() != null ? MicroTime.format(closed) : null,
                MicroTime.format(call.now()),
                unserved.map(MicroTime::format).orElse(null));
        Change change = Change.phase(phase)
                .at(times)
                .after(EarlierWorkers.written(earlier))
                .summing(account.map(sum -> summary(call, sum)).orElse(null))
                .saying(SessionRecord.ready(call, false, reason, message));
        if (!record.write(call, change)) {
            return Outcome.again(SessionRecord.CONFLICT_PAUSE);
        }
        ended.add(call.session(), change.status());
        if (worker.isPresent()) {
            call.endedAt().ifPresent(hungUp -> metrics.reclaimed(hungUp, closed));
        }
        worker.ifPresent(spent -> pools.dismiss(call.pool(), spent));
        forget(call);
        log.atInfo()
                .addKeyValue("session", call.session().getMetadata().getName())
                .addKeyValue("phase", phase)
                .addKeyValue("reason", reason)
                .log("session over");
        return Outcome.again(
                call.limits().keep()); // Our own write tells us nothing: the record would outstay its time.
    }

    /** Step, for sessions that are over: a worker that is still theirs goes too. */
    Outcome letWorkerGo(Call call) {
        pools.serving(call.pool(), call.uid()).ifPresent(worker -> {
            pools.dismiss(call.pool(), worker);
            pools.forget(call.pool(), call.uid());
        });
        return Outcome.PROCEED;
    }

    /** Nothing is remembered of a session. */
    void forget(Call call) {
        ending.remove(call.uid());
        pools.forget(call.pool(), call.uid());
    }

    /** As the record says where we can have written it: with its phase, after the call was over, and not in the future. */
    private Instant endingSince(Call call) {
        Instant over = call.endedAt().orElse(call.requestedAt());
        return Call.time(call.times().ending())
                .filter(at -> call.phase() == Phase.Ending && call.believes(at, over))
                .orElseGet(() -> ending.computeIfAbsent(call.uid(), uid -> call.now()));
    }

    /** A worker that was restarted in place has forgotten the call, but not the words on its disk: it gets it back first. */
    private void tell(Call call, Worker worker) {
        if (!worker.restarted() || handOver.assign(call, worker) == Outcome.DONE) {
            String at = call.endedAt().map(MicroTime::format).orElse(null);
            endOrders.tell(worker, new EndOrder(call.uid(), endReason(call), at));
        }
    }

    /** @param pause until the next look, if no report comes before that */
    private Outcome sayEnding(Call call, Instant since, Duration pause) {
        if (call.phase() == Phase.Ending) {
            return Outcome.again(pause);
        }
        Instant worthTelling = since.plus(COALESCE);
        if (call.now().isBefore(worthTelling)) {
            return Outcome.again(Duration.between(call.now(), worthTelling));
        }
        boolean written = record.write(
                call, Change.phase(Phase.Ending).at(new Times(null, null, MicroTime.format(since), null, null)));
        return Outcome.again(written ? pause : SessionRecord.CONFLICT_PAUSE);
    }

    /** What of the call's audio has no words though it came; otherwise only its receivers would know. */
    private String unrecognised(Call call) {
        long ms = pools.account(call.pool(), call.uid())
                .map(sum -> sum.report().untranscribedMs())
                .orElse(0L);
        return ms <= 0
                ? ""
                : String.format(
                        Locale.ROOT, "; %.1f s of audio were not recognised, its gap events say which", ms / 1000.0);
    }

    /** How many finals a worker gave up; 0 when it has not said so. */
    private static long undelivered(@Nullable WorkerReport totals) {
        CallSummary summary = totals == null ? null : totals.summary();
        return summary == null ? 0 : Math.max(0, summary.undelivered());
    }

    private static Summary summary(Call call, Account account) {
        WorkerReport report = account.report();
        CallSummary totals = report.summary();
        CallSummary whole = totals != null && isOfTheWhole(call, totals) ? totals : null;
        return new Summary(
                whole == null ? lastedMs(call) : Tally.lasted(whole.durationMs()),
                report.customer().received(),
                report.agent().received(),
                report.customer().unheard() + report.agent().unheard(),
                report.customer().late() + report.agent().late(),
                report.customer().refused() + report.agent().refused(),
                Tally.dropped(report),
                totals == null ? report.transcripts() : totals.transcripts(),
                totals == null ? report.undelivered() : totals.undelivered(),
                totals == null ? 0 : totals.sttLatencyMs(),
                account.takeovers(),
                whole == null ? null : whole.reason());
    }

    /** Whether its worker was there to its end, and says what it was told of that; one that was lost says that it was stopped. */
    private static boolean isOfTheWhole(Call call, CallSummary totals) {
        return endReason(call).equals(totals.reason()) || NO_AUDIO.equals(totals.reason());
    }

    private static String endReason(Call call) {
        return call.endReason().orElse(NO_AUDIO);
    }

    /** From ready to hang-up, when no worker was there to say it. */
    private static long lastedMs(Call call) {
        Instant over = call.endedAt().orElse(call.now());
        return Call.time(call.times().ready())
                .map(ready -> Math.max(0, Duration.between(ready, over).toMillis()))
                .orElse(0L);
    }
}
