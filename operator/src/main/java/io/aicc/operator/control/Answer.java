package io.aicc.operator.control;

/**
 * What became of an order to a worker.
 *
 * @param <T> what a worker says when it obeys
 */
public sealed interface Answer<T> {
    /** Carried out. */
    record Obeyed<T>(T value) implements Answer<T> {}

    /**
     * Refused, with the worker's reason.
     *
     * @param status 401: our token is not accepted; 403: a newer leader commands it; 409: it serves another session;
     *     422: nobody can serve the call as it is described
     */
    record Refused<T>(int status, String reason) implements Answer<T> {
        /** Whether the worker serves another session. */
        public boolean conflict() {
            return status == 409;
        }

        /** Whether it is the call's fault: no worker could serve it. */
        public boolean callsFault() {
            return status == 422;
        }

        /** Whether a newer leader commands this worker. */
        public boolean deposed() {
            return status == 403;
        }
    }

    /** No answer, or none that makes sense: it is unknown whether the order was carried out. */
    record Unreachable<T>(String reason) implements Answer<T> {}
}
