package io.aicc.operator.pool;

import io.aicc.crd.WorkerPool;

/**
 * What workers are made from: those of one revision differ in name, ports and nodes only.
 *
 * @param id ten hexadecimal digits, the same for equal ones; a label of their pods
 * @param pool whose spec they are made from, but for its template
 * @param template what is laid over them
 */
record Revision(String id, WorkerPool pool, PodTemplate template) {}
