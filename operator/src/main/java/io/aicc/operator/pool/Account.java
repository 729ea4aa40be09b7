package io.aicc.operator.pool;

import io.aicc.crd.Bounded;
import io.aicc.wire.control.WorkerReport;
import io.aicc.wire.control.WorkerReport.State;

/**
 * What workers of a session counted together.
 *
 * @param report the sums; whatever is no count is the last worker's
 * @param takeovers how often another worker process had to go on with the call; never more than a record holds
 */
public record Account(WorkerReport report, int takeovers) {
    /** Nothing yet. */
    public static final Account NONE = new Account(WorkerReport.blank(State.IDLE, null), 0);

    /** Takes any number: it may come from a record that somebody edited. */
    public Account {
        takeovers = Math.clamp(takeovers, 0, Bounded.MOST);
    }

    /** The same with the greater number of takeovers: of two that tell it, one may not know the last. */
    public Account takeoversAtLeast(int count) {
        return count > takeovers ? new Account(report, count) : this;
    }

    Account plus(WorkerReport later) {
        return new Account(report.plus(later), takeovers);
    }
}
