package io.aicc.operator.pool;

import io.aicc.operator.pool.Staffing.Counts;
import java.util.Optional;

/**
 * How a pool stands, as its condition {@code Ready} says it.
 *
 * @param ready whether calls find the idle workers that they should, and a change that was asked for goes on
 * @param reason one CamelCase word, see docs/runbook.md
 * @param message a sentence for a person
 */
record Standing(boolean ready, String reason, String message) {
    private static final String FILLING = "Filling";

    /**
     * From what the pool knows.
     *
     * @param trouble what went wrong with the last pod, while none has become ready since
     * @param shortage why there would be no worker for a call
     */
    static Standing of(Counts counts, Optional<String> trouble, Claim.Waiting shortage) {
        boolean full = counts.warm() >= counts.target() && counts.waiting() == 0;
        String idle = "%d of %d idle workers ready".formatted(counts.warm(), counts.target());
        if (full && counts.outdated() > 0) {
            String before = "%s, %d of them from before the last change".formatted(idle, counts.outdated());
            return trouble.map(
                            why -> new Standing(false, "RolloutStuck", before + ", and new ones do not start: " + why))
                    .orElseGet(() -> new Standing(true, "RollingOut", before));
        }
        if (full) {
            return new Standing(true, "WarmBufferFull", idle);
        }
        String reason = reason(shortage);
        String lacks = reason.equals(FILLING)
                ? "%s, %d on the way, %d calls wait".formatted(idle, counts.starting(), counts.waiting())
                : shortage.message();
        return trouble.map(why -> new Standing(false, "WorkersFail", why))
                .orElseGet(() -> new Standing(false, reason, lacks));
    }

    /** The same, but that a change is not made; by the reason only where nothing worse is to be told. */
    Standing but(Optional<String> refusal) {
        boolean worse = !ready && !reason.equals(FILLING);
        return refusal.map(why -> worse
                        ? new Standing(false, reason, message + "; " + why)
                        : new Standing(false, "ChangeRefused", why + "; " + message))
                .orElse(this);
    }

    private static String reason(Claim.Waiting shortage) {
        return shortage.shortage() == Claim.Shortage.NoWarmWorker
                ? FILLING
                : shortage.shortage().name();
    }
}
