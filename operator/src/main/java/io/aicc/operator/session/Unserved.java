package io.aicc.operator.session;

import io.aicc.operator.kube.Conditions;
import io.aicc.operator.pool.Claim;
import io.aicc.operator.pool.WarmPools;
import io.aicc.wire.MicroTime;
import io.fabric8.kubernetes.api.model.Condition;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.Optional;

/** A call that has lost its worker and has no other: nobody hears it, and its record says since when. */
final class Unserved {
    /** The time of a condition is cut to seconds. */
    private static final Duration TOLD_WITHIN = Duration.ofSeconds(1);

    private Unserved() {}

    /**
     * Since when: its worker was heard until then. If we have not heard it while it had the call, a leader before us has, and wrote
     * then into the record that there is none. Empty when nobody can tell.
     */
    static Optional<Instant> since(Call call, WarmPools pools) {
        Optional<Instant> told = told(call)
                .map(Condition::getLastTransitionTime)
                .flatMap(Unserved::time)
                .filter(at -> call.believes(at, call.requestedAt()));
        Optional<Instant> heard = pools.ledger(call.pool())
                .lastHeard(call.uid())
                .filter(at -> told.isEmpty() || at.isBefore(told.get().plus(TOLD_WITHIN)));
        return call.status().worker() == null ? Optional.empty() : heard.or(() -> told);
    }

    /** The same of a call that was over then; empty too when it lost its worker after that, which had heard it all. */
    static Optional<Instant> before(Instant over, Call call, WarmPools pools) {
        return since(call, pools).filter(at -> at.isBefore(over));
    }

    /** What its record says while it lives. */
    static String message(Call call, WarmPools pools, String whyNoOther) {
        String since =
                since(call, pools).map(at -> " since " + MicroTime.format(at)).orElse("");
        return "the call lost its worker, and nothing is transcribed%s: %s".formatted(since, whyNoOther);
    }

    /** What it says once it is over. */
    static String message(Call call, Instant since) {
        String why =
                told(call).map(condition -> " (" + condition.getReason() + ")").orElse("");
        return "the call lost its worker and had no other until it was over%s: nothing is transcribed that was said after %s"
                .formatted(why, MicroTime.format(since));
    }

    /** In seconds. */
    private static Optional<Instant> time(String text) {
        try {
            return Optional.of(Instant.parse(text));
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }

    private static Optional<Condition> told(Call call) {
        return Conditions.ready(call.status().conditions()).filter(ready -> Arrays.stream(Claim.Shortage.values())
                .anyMatch(shortage -> shortage.name().equals(ready.getReason())));
    }
}
