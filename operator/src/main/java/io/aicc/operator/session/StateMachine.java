package io.aicc.operator.session;

import io.aicc.crd.Phase;
import io.aicc.operator.pool.WarmPools;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The life of a call. The phase picks a short list of steps; each looks at the whole situation, does its part if that is
 * still to be done, and says whether to go on. No step cares what event brought us here.
 * Where a phase leads, {@link Phase#next} says, and a picture of that is in docs/runbook.md.
 */
final class StateMachine {
    private final Finish finish;
    private final PendingSteps pending;
    private final Map<Phase, List<Step>> steps;

    StateMachine(
            WarmPools pools, SessionRecord record, EndedRecords ended, EndOrders endOrders, SessionMetrics metrics) {
        HandOver handOver = new HandOver(pools, record, metrics);
        finish = new Finish(pools, record, ended, endOrders, handOver, metrics);
        pending = new PendingSteps(pools, finish);
        LiveSteps live = new LiveSteps(pools, record, handOver, finish);
        List<Step> alive = List.of(
                handOver::awaitWorkforce,
                live::noticeSilence,
                live::endIfOver,
                live::keepWorker,
                live::noticeAudio,
                live::endIfStale);
        List<Step> over = List.of(finish::letWorkerGo);
        steps = Map.of(
                Phase.Pending,
                List.of(
                        finish::closeAgain,
                        handOver::awaitWorkforce,
                        pending::finishIfOver,
                        pending::failPastDeadline,
                        handOver::claimAndAssign),
                Phase.Ready,
                alive,
                Phase.Active,
                alive,
                Phase.Ending,
                List.of(handOver::awaitWorkforce, finish::endAndFinish),
                Phase.Ended,
                over,
                Phase.Failed,
                over);
    }

    /** Takes the steps of the call's phase, one after the other, until one says that it is enough. */
    Outcome run(Call call) {
        for (Step step : Objects.requireNonNull(steps.get(call.phase()), "every phase has steps")) {
            Outcome outcome = step.take(call);
            if (outcome != Outcome.PROCEED) {
                return outcome;
            }
        }
        return Outcome.DONE;
    }

    /** The record is gone: nothing is remembered of it. */
    void forget(Call call) {
        finish.forget(call);
        pending.forget(call);
    }
}
