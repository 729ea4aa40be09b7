/** How fast the operator gives calls their workers, and what it costs. */
@NullMarked
package io.aicc.bench.operator;

import org.jspecify.annotations.NullMarked;
