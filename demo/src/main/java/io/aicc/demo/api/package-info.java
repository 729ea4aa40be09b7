/**
 * A Kubernetes API server in this process: {@link io.aicc.demo.api.EmbeddedKubernetes} is its door.
 *
 * <p>It keeps what operators, informers and {@code kubectl} rely on: optimistic locking, generations, status and scale
 * subresources, finalizers, owner references, watches that resume, selectors, tables, schema defaults and limits. What only
 * a real API server does: CEL rules of a schema ({@code x-kubernetes-validations}) are not evaluated, server-side apply
 * does not record who owns a field, a definition is served in its stored version only, lists come in one piece, and whoever
 * has the token may do everything. Tests of the API itself belong on a real server.
 */
@NullMarked
package io.aicc.demo.api;

import org.jspecify.annotations.NullMarked;
