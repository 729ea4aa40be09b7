package io.aicc.worker.control;

import io.aicc.wire.control.Acknowledgement;
import io.aicc.wire.control.CallAssignment;
import io.aicc.wire.control.EndOrder;
import io.aicc.wire.control.WorkerReport;
import java.time.Duration;

/** What the control channel commands: the worker's one call. Thread-safe. */
public interface CallDesk {
    /**
     * Takes the call, or takes over what changed in it. Idempotent.
     *
     * @throws RefusedException when another call has the worker, or this one is over
     * @throws UnacceptableException when no worker can serve this call as it is described; what was served before goes on
     */
    Acknowledgement assign(CallAssignment assignment) throws RefusedException, UnacceptableException;

    /**
     * Ends the call; returns before it is done. Idempotent.
     *
     * @throws RefusedException when that is not the worker's call
     */
    void end(EndOrder order) throws RefusedException;

    /** How it stands now. */
    WorkerReport report();

    /** Waits until the state changed from {@code known}, at most {@code longest}. */
    void awaitChange(WorkerReport.State known, Duration longest) throws InterruptedException;

    /** A call that cannot be served as it is described; the message says what is wrong with it. */
    final class UnacceptableException extends Exception {
        private static final long serialVersionUID = 1L;

        public UnacceptableException(String message) {
            super(message);
        }
    }

    /** A command that cannot be carried out; the message is for the operator's log. */
    final class RefusedException extends Exception {
        private static final long serialVersionUID = 1L;

        public RefusedException(String message) {
            super(message);
        }
    }
}
