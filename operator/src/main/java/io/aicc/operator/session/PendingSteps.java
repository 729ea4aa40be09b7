package io.aicc.operator.session;

import io.aicc.crd.Phase;
import io.aicc.operator.kube.Conditions;
import io.aicc.operator.pool.Claim;
import io.aicc.operator.pool.WarmPools;
import io.aicc.operator.pool.Worker;
import io.fabric8.kubernetes.api.model.Condition;
import java.time.Instant;
import java.util.Optional;

/** A session without a worker. */
final class PendingSteps {
    private final WarmPools pools;
    private final Finish finish;
    private final GracePeriods grace = new GracePeriods();

    PendingSteps(WarmPools pools, Finish finish) {
        this.pools = pools;
        this.finish = finish;
    }

    /** The call ended before it had a worker: nothing was heard, nothing is left to do. */
    Outcome finishIfOver(Call call) {
        if (call.endedAt().isEmpty()) {
            return Outcome.PROCEED;
        }
        Optional<Worker> worker = pools.serving(call.pool(), call.uid());
        if (worker.isPresent() && serves(worker.get(), call)) {
            return finish.endAndFinish(call);
        }
        worker.ifPresent(claimed -> pools.dismiss(call.pool(), claimed));
        return finish.close(
                call, Phase.Ended, Optional.empty(), "EndedBeforeReady", "the call ended before it had a worker");
    }

    /**
     * A call that has no worker by now gets none: better to say so than to let the PBX wait. One that nobody has tried to serve
     * is tried, for as long once more: perhaps we were away, or somebody's clock is wrong.
     */
    Outcome failPastDeadline(Call call) {
        Instant deadline = call.requestedAt().plus(call.limits().ready());
        Optional<Worker> worker = pools.serving(call.pool(), call.uid());
        Optional<Condition> before = Conditions.ready(call.status().conditions());
        if (call.now().isBefore(deadline)
                || worker.filter(known -> serves(known, call)).isPresent()
                || before.isEmpty() && mayBeTried(call)) {
            return Outcome.PROCEED;
        }
        worker.ifPresent(claimed -> pools.dismiss(call.pool(), claimed));
        String reason = before.map(Condition::getReason).orElse("ReadyDeadlineExceeded");
        String why = before.map(Condition::getMessage)
                .orElse(grace.given(call.uid()) ? "its worker did not take it" : "the operator was away");
        return finish.close(
                call,
                Phase.Failed,
                Optional.empty(),
                reason,
                "no worker within %d s of requestedAt: %s"
                        .formatted(call.limits().ready().toSeconds(), why));
    }

    /** The record of a call is gone. */
    void forget(Call call) {
        grace.forget(call.uid());
    }

    private boolean mayBeTried(Call call) {
        return pools.claim(call.pool(), call.uid()) instanceof Claim.Granted
                && grace.lasts(call.uid(), call.now(), call.limits().ready());
    }

    private static boolean serves(Worker worker, Call call) {
        return worker.serves(call.uid());
    }
}
