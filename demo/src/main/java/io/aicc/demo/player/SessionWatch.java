package io.aicc.demo.player;

import io.aicc.crd.CallSession;
import io.aicc.crd.CallSessionStatus.MediaEndpoint;
import io.aicc.crd.CallSessionStatus.Times;
import io.aicc.crd.Phase;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What the system makes of a call, as the call's record says. Thread-safe. */
final class SessionWatch implements AutoCloseable {
    private static final Duration END_LIMIT = Duration.ofSeconds(60);

    private final String name;
    private final SharedIndexInformer<CallSession> informer;
    private @Nullable CallSession now;
    private @Nullable MediaEndpoint endpoint;
    private boolean deleted;

    /**
     * Watches a record from now on.
     *
     * @param name the record's, which is there already
     */
    SessionWatch(Resource<CallSession> resource, String name) {
        this.name = name;
        this.informer = resource.inform(new ResourceEventHandler<>() {
            @Override
            public void onAdd(CallSession session) {
                changed(session);
            }

            @Override
            public void onUpdate(CallSession before, CallSession session) {
                changed(session);
            }

            @Override
            public void onDelete(CallSession session, boolean unknown) {
                gone();
            }
        });
    }

    /** Waits until a worker serves the call. */
    CallSession awaitServed(Duration limit) throws CallFailedException, InterruptedException {
        return await("Ready", limit, SessionWatch::served);
    }

    /** Waits until everything of the call is over. */
    CallSession awaitEnded() throws CallFailedException, InterruptedException {
        return await("Ended", END_LIMIT, session -> phase(session) == Phase.Ended);
    }

    /** Where the worker listens that a call has now, or had last; there is one once the call is served. */
    synchronized MediaEndpoint endpoint() throws CallFailedException {
        requireRecord();
        return Objects.requireNonNull(endpoint, "a served call has an endpoint");
    }

    /** How long after a moment a session that is over got ready, as its record says. */
    static Duration readyAfter(Instant asked, CallSession over) {
        Times times = Objects.requireNonNull(over.getStatus().times(), "an ended session has times");
        return Duration.between(
                asked, Instant.parse(Objects.requireNonNull(times.ready(), "an ended session was ready")));
    }

    @Override
    public void close() {
        informer.close();
    }

    private synchronized void changed(CallSession session) {
        now = session;
        if (session.getStatus() != null && session.getStatus().mediaEndpoint() != null) {
            endpoint = session.getStatus().mediaEndpoint();
        }
        notifyAll();
    }

    private synchronized void gone() {
        deleted = true;
        notifyAll();
    }

    private void requireRecord() throws CallFailedException {
        if (deleted) {
            throw CallFailedException.deleted(name);
        }
    }

    private synchronized CallSession await(String what, Duration limit, Predicate<CallSession> condition)
            throws CallFailedException, InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (true) {
            requireRecord();
            CallSession session = now;
            Phase phase = phase(session);
            if (session != null && condition.test(session)) {
                return session;
            }
            if (session != null && phase == Phase.Failed) {
                throw new CallFailedException("call " + name + " did not become " + what + ": "
                        + session.getStatus().conditions());
            }
            long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            if (left <= 0) {
                throw new CallFailedException("call %s is %s, not %s, after %d s"
                        .formatted(name, Objects.toString(phase, "without a phase"), what, limit.toSeconds()));
            }
            wait(left);
        }
    }

    /** Whether a worker serves the call, or has. */
    private static boolean served(CallSession session) {
        return switch (phase(session)) {
            case Ready, Active, Ending, Ended -> true;
            case Pending, Failed -> false;
            case null -> false;
        };
    }

    private static @Nullable Phase phase(@Nullable CallSession session) {
        return session == null || session.getStatus() == null
                ? null
                : session.getStatus().phase();
    }
}
