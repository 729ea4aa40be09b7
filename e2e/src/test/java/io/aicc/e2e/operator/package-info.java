/** The operator program on a real API server. */
@NullMarked
package io.aicc.e2e.operator;

import org.jspecify.annotations.NullMarked;
