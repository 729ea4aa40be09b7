/**
 * What operator and worker say to each other: HTTP/1.1 on the worker's control port, JSON, every request with
 * {@code Authorization: Bearer <token>}. The token is a JWT (EdDSA) signed by the operator with
 *
 * <pre>
 *   aud    the pod's UID: a token for one worker opens no other
 *   epoch  number of the operator's leadership; a worker refuses lower ones than it has seen (403): a deposed leader
 *          commands nobody
 *   exp    a minute from now
 * </pre>
 *
 * <pre>
 *   PUT  /v1/call      {@link io.aicc.wire.control.CallAssignment}  → 200 {@link io.aicc.wire.control.Acknowledgement}; again with the same session: 200, taking
 *                      over new media sources; another session: 409; a call that cannot be served as described: 422
 *   POST /v1/call/end  {@link io.aicc.wire.control.EndOrder}        → 202; the same session only, else 409; again: 202
 *   GET  /v1/reports                          → 200, newline-delimited {@link io.aicc.wire.control.WorkerReport}, one at once, one at every change, one a second
 * </pre>
 *
 * <p>Two things in a report that are easily confused:
 *
 * <pre>
 *   known   {@link io.aicc.wire.control.WorkerReport.KnownCall}: the call as the operator told it to the worker, and when it was first heard
 *   told    {@link io.aicc.wire.control.CoveredUntil}: how much of the call the worker has told receivers, for another worker. On the
 *           call's timeline, and with finals that wait in the outbox, it is the worker's {@code Coverage}, which is kept in
 *           a file for its own process started again
 * </pre>
 *
 * Errors carry a {@link io.aicc.wire.control.Refusal}. The worker never calls the operator and needs no Kubernetes rights.
 */
@NullMarked
package io.aicc.wire.control;

import org.jspecify.annotations.NullMarked;
