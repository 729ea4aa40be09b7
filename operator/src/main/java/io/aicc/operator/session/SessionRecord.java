package io.aicc.operator.session;

import io.aicc.crd.CallSession;
import io.aicc.crd.CallSessionStatus;
import io.aicc.crd.CallSessionStatus.Earlier;
import io.aicc.crd.CallSessionStatus.MediaEndpoint;
import io.aicc.crd.CallSessionStatus.Summary;
import io.aicc.crd.CallSessionStatus.Times;
import io.aicc.crd.CallSessionStatus.WorkerReference;
import io.aicc.crd.Phase;
import io.aicc.operator.kube.Conditions;
import io.aicc.operator.kube.KubeWrites;
import io.aicc.operator.pool.Claim;
import io.fabric8.kubernetes.api.model.Condition;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Writes what becomes of a session: each change one merge patch of the status, on the version that the steps have seen. An
 * ordinary call costs three (Ready, Active, Ended); a fourth says Ending when the last words take longer than a moment.
 */
final class SessionRecord {
    /** Somebody else wrote: their version comes with the watch. */
    static final Duration CONFLICT_PAUSE = Duration.ofMillis(50);

    /** Reasons of the condition that belong to a day as it should be; each other one is told as an Event too. */
    private static final Set<String> ORDINARY = Set.of("WorkerReady", "CallEnded", "EndedBeforeReady");

    /** So is this of a call that waits for its first worker; one that has lost its own is not heard meanwhile. */
    private static final String NO_WARM_WORKER = Claim.Shortage.NoWarmWorker.name();

    private final KubeWrites api;
    private final Cache cache;

    /** Where the next run of the same session reads: it must see our own write, though the watch may bring it later. */
    @FunctionalInterface
    interface Cache {
        void written(CallSession before, CallSession now);
    }

    SessionRecord(KubeWrites api, Cache cache) {
        this.api = api;
        this.cache = cache;
    }

    /** A change of the status; what is null stays as it is. */
    record Change(
            @Nullable Phase phase,
            @Nullable MediaEndpoint endpoint,
            @Nullable WorkerReference worker,
            @Nullable Times times,
            @Nullable List<Condition> conditions,
            @Nullable Earlier earlier,
            @Nullable Summary summary) {
        static Change phase(Phase phase) {
            return new Change(phase, null, null, null, null, null, null);
        }

        Change at(Times happened) {
            return new Change(phase, endpoint, worker, happened, conditions, earlier, summary);
        }

        Change served(MediaEndpoint at, WorkerReference by) {
            return new Change(phase, at, by, times, conditions, earlier, summary);
        }

        Change saying(List<Condition> now) {
            return new Change(phase, endpoint, worker, times, now, earlier, summary);
        }

        Change after(@Nullable Earlier workers) {
            return new Change(phase, endpoint, worker, times, conditions, workers, summary);
        }

        Change summing(@Nullable Summary totals) {
            return new Change(phase, endpoint, worker, times, conditions, earlier, totals);
        }

        CallSessionStatus status() {
            return new CallSessionStatus(phase, endpoint, worker, times, conditions, earlier, summary);
        }
    }

    /**
     * Writes a change; false when the record was changed or deleted by somebody else meanwhile.
     *
     * @throws IllegalStateException when the session does not go that way, see {@link Phase#next}
     */
    boolean write(Call call, Change change) {
        check(call, change.phase());
        Optional<CallSession> now = api.mergeStatus(call.session(), CallSession::new, change.status());
        now.ifPresent(written -> {
            cache.written(call.session(), written);
            tell(call, change);
        });
        return now.isPresent();
    }

    private void tell(Call call, Change change) {
        Conditions.ready(change.conditions())
                .filter(now -> change.phase() == Phase.Failed || !isOrdinary(call, now.getReason()))
                .ifPresent(now -> api.warn(call.session(), now.getReason(), now.getMessage()));
    }

    private static boolean isOrdinary(Call call, String reason) {
        return ORDINARY.contains(reason) || reason.equals(NO_WARM_WORKER) && call.phase() == Phase.Pending;
    }

    private static void check(Call call, @Nullable Phase to) {
        Phase from = call.phase();
        if (to != null && to != from && !from.next().contains(to)) {
            throw new IllegalStateException("session %s goes from %s to %s, not to %s"
                    .formatted(call.session().getMetadata().getName(), from, from.next(), to));
        }
    }

    /** The condition {@code Ready}, with what it must say now. */
    static List<Condition> ready(Call call, boolean ready, String reason, String message) {
        return Conditions.ready(
                call.status().conditions(),
                ready,
                reason,
                message,
                call.session().getMetadata().getGeneration(),
                call.now());
    }

    /** Whether the condition {@code Ready} gives this reason already. */
    static boolean says(Call call, String reason) {
        return Conditions.ready(call.status().conditions())
                .filter(condition -> reason.equals(condition.getReason()))
                .isPresent();
    }
}
