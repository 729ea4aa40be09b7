/** A long call in constant memory. */
@NullMarked
package io.aicc.bench.hour;

import org.jspecify.annotations.NullMarked;
