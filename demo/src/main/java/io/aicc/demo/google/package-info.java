/**
 * A stand-in for Google Speech: the same protobuf over gRPC and TLS, the same limits and errors, tokens checked; behind it
 * the worker's own offline recogniser really listens. It is not Google's recognition, and says so where a name is asked for.
 */
@NullMarked
package io.aicc.demo.google;

import org.jspecify.annotations.NullMarked;
