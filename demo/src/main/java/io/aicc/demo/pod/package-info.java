/**
 * Pods as local processes: {@link io.aicc.demo.pod.LocalKubelet} plays scheduler and kubelet for the in-process API server.
 *
 * <p>A pod here has one container, an address of its own on the loopback network, and this machine's file system: a process
 * has no mount namespace, so volumes are made under a private directory and the mount paths in the container's environment
 * are rewritten to it. Limits, security contexts, init containers and images mean nothing here.
 */
@NullMarked
package io.aicc.demo.pod;

import org.jspecify.annotations.NullMarked;
