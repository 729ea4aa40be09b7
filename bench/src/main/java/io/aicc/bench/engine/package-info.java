/** An engine that recognises nothing, for measuring everything else. */
@NullMarked
package io.aicc.bench.engine;

import org.jspecify.annotations.NullMarked;
