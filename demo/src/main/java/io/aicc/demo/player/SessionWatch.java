package io.aicc.demo.player;

import io.aicc.crd.CallSession;
import io.aicc.crd.CallSessionStatus.Times;
import io.aicc.crd.Phase;
import io.fabric8.kubernetes.client.KubernetesClientTimeoutException;
import io.fabric8.kubernetes.client.dsl.Resource;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Waits for what the system makes of a call. */
final class SessionWatch {
    private static final Duration END_LIMIT = Duration.ofSeconds(60);

    private SessionWatch() {}

    /** Waits until a worker serves the call. */
    static CallSession awaitServed(Resource<CallSession> resource, Duration limit) throws CallFailedException {
        return await(resource, "Ready", limit, SessionWatch::served);
    }

    /** How long after a moment a session that is over got ready, as its record says. */
    static Duration readyAfter(Instant asked, CallSession over) {
        Times times = Objects.requireNonNull(over.getStatus().times(), "an ended session has times");
        return Duration.between(
                asked, Instant.parse(Objects.requireNonNull(times.ready(), "an ended session was ready")));
    }

    /** Waits until everything of the call is over. */
    static CallSession awaitEnded(Resource<CallSession> resource) throws CallFailedException {
        return await(resource, "Ended", END_LIMIT, session -> phase(session) == Phase.Ended);
    }

    /** Whether a worker serves the call, or has. */
    static boolean served(@Nullable CallSession session) {
        return switch (phase(session)) {
            case Ready, Active, Ending, Ended -> true;
            case Pending, Failed -> false;
            case null -> false;
        };
    }

    private static CallSession await(
            Resource<CallSession> resource, String what, Duration limit, Predicate<@Nullable CallSession> condition)
            throws CallFailedException {
        CallSession session;
        try {
            session = resource.waitUntilCondition(
                    s -> s != null && (condition.test(s) || phase(s) == Phase.Failed),
                    limit.toMillis(),
                    TimeUnit.MILLISECONDS);
        } catch (KubernetesClientTimeoutException e) {
            CallSession now = resource.get();
            throw new CallFailedException(
                    now == null
                            ? "the record of a call is gone"
                            : "call %s is %s, not %s, after %d s"
                                    .formatted(
                                            now.getMetadata().getName(),
                                            Objects.toString(phase(now), "without a phase"),
                                            what,
                                            limit.toSeconds()));
        }
        if (!condition.test(session)) {
            throw new CallFailedException("call " + session.getMetadata().getName() + " did not become " + what + ": "
                    + session.getStatus().conditions());
        }
        return session;
    }

    private static @Nullable Phase phase(@Nullable CallSession session) {
        return session == null || session.getStatus() == null
                ? null
                : session.getStatus().phase();
    }
}
