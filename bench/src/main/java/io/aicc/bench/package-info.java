/** Benchmarks that a user can run: {@code ./aicc bench NAME}. Each says on what it ran, beside whom, and what it missed. */
@NullMarked
package io.aicc.bench;

import org.jspecify.annotations.NullMarked;
