package io.aicc.operator.session;

import io.aicc.operator.pool.WarmPools;
import io.aicc.operator.pool.Worker;
import io.aicc.wire.control.EndOrder;
import io.aicc.wire.control.WorkerReport.State;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Workers whose session has no record any more: somebody deleted it in mid-call, perhaps while we were away. Their call is
 * ended, their words are drained, and they go. So no finalizer is needed, and {@code kubectl delete} never hangs.
 */
final class Orphans {
    private static final Logger log = LoggerFactory.getLogger(Orphans.class);

    /** A record may be younger than our view of the API; one that is missing for longer does not exist. */
    private static final Duration DOUBT = Duration.ofSeconds(3);

    /** A worker that has not finished by then never will. */
    private static final Duration GIVE_UP = Duration.ofMinutes(11);

    private final WarmPools pools;
    private final EndedRecords ended;
    private final EndOrders endOrders;
    private final SessionMetrics metrics;
    private final InstantSource clock;
    private final Predicate<String> recordExists;
    private final Map<String, Suspect> suspects = new ConcurrentHashMap<>();

    private record Suspect(String pool, Instant since, boolean certain) {}

    /** @param recordExists whether a session of this UID is known */
    Orphans(
            WarmPools pools,
            EndedRecords ended,
            EndOrders endOrders,
            SessionMetrics metrics,
            InstantSource clock,
            Predicate<String> recordExists) {
        this.pools = pools;
        this.ended = ended;
        this.endOrders = endOrders;
        this.metrics = metrics;
        this.clock = clock;
        this.recordExists = recordExists;
    }

    /** A worker is at work for a session that we do not know. */
    void suspect(String pool, String session) {
        suspects.putIfAbsent(session, new Suspect(pool, clock.instant(), false));
    }

    /** The record of a session was deleted, or somebody wrote into it that it is over. */
    void deleted(String pool, String session) {
        Suspect certain = new Suspect(pool, clock.instant(), true);
        suspects.put(session, certain);
        lookAfter(session, certain);
    }

    /** Whether one is at work for this session, as far as we know. */
    boolean has(String session) {
        return suspects.containsKey(session);
    }

    /** Looks after each of them; run once a second. */
    void sweep() {
        suspects.forEach(this::lookAfter);
    }

    /** One whose report makes no sense keeps nobody from the others. */
    private void lookAfter(String session, Suspect suspect) {
        try {
            if (settle(session, suspect)) {
                suspects.remove(session);
            }
        } catch (RuntimeException e) {
            log.atError().setCause(e).log("looking after a worker without a session failed, trying again");
        }
    }

    /** @return whether nothing is left to do */
    private synchronized boolean settle(String session, Suspect suspect) {
        Optional<Worker> known = pools.serving(suspect.pool(), session);
        if (!suspect.certain() && recordExists.test(session)) {
            return true;
        }
        if (known.isEmpty()) {
            pools.forget(suspect.pool(), session); // A worker may have made it up.
            return true;
        }
        Instant now = clock.instant();
        if (!suspect.certain() && now.isBefore(suspect.since().plus(DOUBT))) {
            return false;
        }
        Worker worker = known.get();
        boolean neverBegan = worker.is(State.IDLE) && worker.known() == null;
        boolean late = now.isAfter(suspect.since().plus(GIVE_UP));
        if (worker.is(State.DONE) || neverBegan || late) {
            Tally tally = Tally.ofDeleted(pools.account(suspect.pool(), session).orElse(null));
            if (!ended.keep(session, tally) && !late) {
                return false; // What it counted is kept first.
            }
            log.atInfo().addKeyValue("pod", worker.pod()).log("worker of a deleted session let go");
            pools.dismiss(suspect.pool(), worker);
            pools.forget(suspect.pool(), session);
            if (!suspect.certain()) {
                metrics.leaked();
            }
            return true;
        }
        if (!worker.toldToEnd() && endOrders.tell(worker, new EndOrder(session, "SessionDeleted"))) {
            log.atInfo()
                    .addKeyValue("pod", worker.pod())
                    .log("session was deleted in mid-call, ending it at its worker");
        }
        return false;
    }
}
