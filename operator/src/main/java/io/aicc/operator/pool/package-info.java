/** Warm workers: their pods, their readiness, and who has claimed them. */
@NullMarked
package io.aicc.operator.pool;

import org.jspecify.annotations.NullMarked;
