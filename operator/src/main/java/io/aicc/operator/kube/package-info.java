/** The few things we ever write to the Kubernetes API, counted, and the conditions we write in them. */
@NullMarked
package io.aicc.operator.kube;

import org.jspecify.annotations.NullMarked;
