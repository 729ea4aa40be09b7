package io.aicc.operator.session;

import io.aicc.crd.CallSessionStatus.Times;
import io.aicc.crd.Phase;
import io.aicc.operator.pool.WarmPools;
import io.aicc.operator.pool.Worker;
import io.aicc.operator.session.SessionRecord.Change;
import io.aicc.wire.MicroTime;
import io.aicc.wire.control.WorkerReport;
import io.aicc.wire.control.WorkerReport.KnownCall;
import io.aicc.wire.control.WorkerReport.State;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A session that a worker has acknowledged: Ready, and Active once it is heard. */
final class LiveSteps {
    private static final Logger log = LoggerFactory.getLogger(LiveSteps.class);

    private final WarmPools pools;
    private final SessionRecord record;
    private final HandOver handOver;
    private final Finish finish;

    LiveSteps(WarmPools pools, SessionRecord record, HandOver handOver, Finish finish) {
        this.pools = pools;
        this.record = record;
        this.handOver = handOver;
        this.finish = finish;
    }

    /** The PBX says that the call is over. */
    Outcome endIfOver(Call call) {
        return call.endedAt().isPresent() ? finish.endAndFinish(call) : Outcome.PROCEED;
    }

    /** A worker that says nothing may hear nothing: whoever looks at the call is told, and told when it speaks again. */
    Outcome noticeSilence(Call call) {
        Optional<Worker> mine = pools.serving(call.pool(), call.uid());
        boolean told = SessionRecord.says(call, "WorkerSilent");
        if (mine.isEmpty() || mine.get().silent(call.now()) == told) {
            return Outcome.PROCEED;
        }
        String pod = mine.get().pod();
        return told
                ? handOver.say(call, true, "WorkerReady", "pod " + pod + " reports again")
                : handOver.say(
                        call,
                        false,
                        "WorkerSilent",
                        "pod " + pod + " does not report: its process hangs, or its node is gone or cut off");
    }

    /** The worker is there and knows its call; otherwise it is told again, or replaced. */
    Outcome keepWorker(Call call) {
        Optional<Worker> mine = pools.serving(call.pool(), call.uid());
        if (mine.isEmpty()) {
            // Nobody hears it, whether it goes on or not: it does not wait for longer than a call is silent.
            Optional<Instant> unserved = Unserved.since(call, pools).filter(since -> !call.now()
                    .isBefore(since.plus(call.limits().ttl())));
            return unserved.isPresent() ? finish.endForSilence(call, unserved.get()) : handOver.claimAndAssign(call);
        }
        Worker worker = mine.get();
        if (worker.leaving() || worker.finishing()) {
            log.atWarn().addKeyValue("pod", worker.pod()).log("worker is lost in mid-call");
            pools.dismiss(call.pool(), worker);
            return handOver.claimAndAssign(call);
        }
        if (worker.report() == null) {
            return Outcome.DONE; // Its first report brings us back.
        }
        boolean knows = HandOver.upToDate(call, worker) && !worker.restarted() && HandOver.isRecorded(call, worker);
        return knows ? Outcome.PROCEED : tellAgain(call, worker);
    }

    /** First audio was heard. */
    Outcome noticeAudio(Call call) {
        Optional<Worker> hearing = pools.serving(call.pool(), call.uid()).filter(worker -> worker.is(State.ACTIVE));
        if (call.phase() != Phase.Ready || hearing.isEmpty()) {
            return Outcome.PROCEED;
        }
        String heard = MicroTime.format(heardAt(call, hearing.get()));
        boolean written = record.write(call, Change.phase(Phase.Active).at(new Times(null, heard, null, null, null)));
        return Outcome.again(written ? call.limits().ttl() : SessionRecord.CONFLICT_PAUSE);
    }

    /** As the worker says, which was there when we were perhaps not; never before the session was ready, or in the future. */
    private static Instant heardAt(Call call, Worker worker) {
        WorkerReport report = worker.report();
        KnownCall known = report == null ? null : report.known();
        Instant said = Call.time(known == null ? null : known.heardAt()).orElse(call.now());
        Instant ready = Call.time(call.times().ready()).orElse(said);
        Instant since = said.isBefore(ready) ? ready : said;
        return since.isAfter(call.now()) ? call.now() : since;
    }

    /** The last step: a call that has been silent for very long was forgotten by the PBX. */
    Outcome endIfStale(Call call) {
        Instant audio =
                pools.serving(call.pool(), call.uid()).map(Worker::audioAt).orElse(call.now());
        Instant stale = audio.plus(call.limits().ttl());
        if (call.now().isBefore(stale)) {
            return Outcome.again(
                    Duration.between(call.now(), stale)); // Silence brings nothing that would bring us back.
        }
        return finish.endForSilence(call, audio);
    }

    private Outcome tellAgain(Call call, Worker worker) {
        Outcome told = handOver.assign(call, worker);
        return told == Outcome.DONE ? Outcome.PROCEED : told;
    }
}
