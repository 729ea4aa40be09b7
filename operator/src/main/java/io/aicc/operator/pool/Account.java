package io.aicc.operator.pool;

import io.aicc.wire.control.WorkerReport;

/**
 * What all workers of a session counted together.
 *
 * @param report the sums; state, undelivered events and reason are those of the last worker
 * @param takeovers how often another worker process had to go on with the call
 */
public record Account(WorkerReport report, int takeovers) {}
