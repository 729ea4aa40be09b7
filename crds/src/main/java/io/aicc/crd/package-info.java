/** The Kubernetes API of this system, group {@code aicc.io}: one {@link io.aicc.crd.CallSession} per call, one {@link io.aicc.crd.WorkerPool} per fleet. */
@NullMarked
package io.aicc.crd;

import org.jspecify.annotations.NullMarked;
