/** The Kubernetes API as both programs meet it: the way there, who leads, and the few things that the operator writes, counted. */
@NullMarked
package io.aicc.operator.kube;

import org.jspecify.annotations.NullMarked;
