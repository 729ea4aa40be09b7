package io.aicc.operator.pool;

/** What a session that asks for a worker gets. */
public sealed interface Claim {
    /** A worker that is nobody else's. */
    record Granted(Worker worker) implements Claim {}

    /** None now; the session waits in line and is told when one is there. */
    record Waiting(Shortage shortage, String message) implements Claim {}

    /** Why there is none: reasons of the condition {@code Ready}. */
    enum Shortage {
        /** No WorkerPool of that name. */
        PoolNotFound,
        /** Workers are on their way. */
        NoWarmWorker,
        /** Workers do not get ready. */
        WorkersFail,
        /** Every pair of the range is leased or at rest, so no worker can be made. */
        PortsExhausted,
        /** The pool has as many workers as it may. */
        MaxWorkersReached
    }
}
