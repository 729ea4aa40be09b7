/** A real Kubernetes API for tests: etcd, the API server and the controller manager as processes of this JVM. */
@NullMarked
package io.aicc.e2e.kube;

import org.jspecify.annotations.NullMarked;
